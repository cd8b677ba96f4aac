package io.velonx.gateway.server.api;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.timeout.IdleStateEvent;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.http.HttpWriter;
import io.velonx.gateway.server.http.StaticPages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests of the admin port to the routes, and answers in the order of the requests, however
 * long each takes. Threading: event loop of the socket. Ownership: releases every request.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String BEARER = "Bearer ";

  private final BackEndApi api;
  private final StaticPages pages;
  private final HostCheck hosts;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(1);
  private boolean reading;
  private boolean written;

  AdminHandler(BackEndApi api, StaticPages pages, HostCheck hosts) {
    this.api = api;
    this.pages = pages;
    this.hosts = hosts;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    reading = true;
    boolean good = request.decoderResult().isSuccess();
    boolean keepAlive = good && HttpUtil.isKeepAlive(request);
    boolean withBody = !request.method().equals(HttpMethod.HEAD);
    CompletableFuture<HttpAnswer> answer;
    if (!good) {
      answer = done(Problem.BAD_REQUEST.answer("not HTTP as it should be"));
    } else if (!hosts.allows(request.headers().get(HttpHeaderNames.HOST))) {
      answer = done(Problem.FORBIDDEN.answer("Host: expected localhost, 127.0.0.1 or [::1]"));
      keepAlive = false;
    } else {
      HttpAnswer page = page(request);
      answer = page == null ? api.answer(plain(ctx, request)).toCompletableFuture() : done(page);
    }
    waiting.add(new Waiting(answer, withBody, keepAlive));
    if (answer.isDone()) {
      writeDone(ctx);
    } else {
      answer.whenComplete((ready, failure) -> ready(ctx));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (written) {
      written = false;
      ctx.flush();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      log.warn("admin connection failed cause={}", cause.toString());
    }
    ctx.close();
  }

  private void ready(ChannelHandlerContext ctx) {
    if (ctx.executor().inEventLoop()) {
      writeDone(ctx);
    } else {
      ctx.executor().execute(() -> writeDone(ctx));
    }
  }

  private void writeDone(ChannelHandlerContext ctx) {
    Waiting first = waiting.peek();
    boolean some = false;
    while (first != null && first.answer.isDone()) {
      waiting.remove();
      HttpWriter.write(ctx, first.answer.join(), first.withBody, first.keepAlive);
      some = true;
      first = waiting.peek();
    }
    if (some && !reading) {
      ctx.flush();
    } else {
      written |= some;
    }
  }

  private @Nullable HttpAnswer page(FullHttpRequest request) {
    boolean reads =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    String target = request.uri();
    int query = target.indexOf('?');
    return reads ? pages.get(query < 0 ? target : target.substring(0, query)) : null;
  }

  private static ApiRequest plain(ChannelHandlerContext ctx, FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    return new ApiRequest(
        request.method().name(),
        request.uri(),
        headers.get(HttpHeaderNames.CONTENT_TYPE, ""),
        key(headers.get(HttpHeaderNames.AUTHORIZATION)),
        headers.get(IDEMPOTENCY_KEY),
        ctx.channel().remoteAddress() instanceof InetSocketAddress address
            ? address.getHostString()
            : "unknown",
        ByteBufUtil.getBytes(request.content()));
  }

  private static @Nullable String key(@Nullable String authorization) {
    return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length())
        : null;
  }

  private static CompletableFuture<HttpAnswer> done(HttpAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private record Waiting(
      CompletableFuture<HttpAnswer> answer, boolean withBody, boolean keepAlive) {}
}
