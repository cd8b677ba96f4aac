package io.velonx.gateway.server.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.timeout.IdleStateEvent;
import io.velonx.gateway.pipeline.HttpAnswer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests of the admin port to the routes. Threading: event loop of the socket. Ownership:
 * releases every request.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);

  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private final AdminRoutes routes;
  private final HostCheck hosts;
  private CompletionStage<@Nullable Void> written = CompletableFuture.completedStage(null);

  AdminHandler(AdminRoutes routes, HostCheck hosts) {
    this.routes = routes;
    this.hosts = hosts;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      HttpWriter.write(
          ctx, Json.error(400, "BAD_REQUEST", "the request cannot be read"), true, false);
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    boolean withBody = !request.method().equals(HttpMethod.HEAD);
    if (!hosts.allows(request.headers().get(HttpHeaderNames.HOST))) {
      HttpWriter.write(
          ctx,
          Json.error(403, "FORBIDDEN", "Host: expected localhost, 127.0.0.1 or [::1]"),
          withBody,
          false);
      return;
    }
    CompletionStage<HttpAnswer> answer = answer(request).exceptionally(AdminHandler::fault);
    // Behind the answers to earlier requests of this socket, however long those take.
    written =
        written.thenCombine(
            answer,
            (before, ready) -> {
              ctx.executor().execute(() -> HttpWriter.write(ctx, ready, withBody, keepAlive));
              return null;
            });
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

  private CompletionStage<HttpAnswer> answer(FullHttpRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    AdminRequest plain =
        new AdminRequest(
            request.method().name(),
            query < 0 ? uri : uri.substring(0, query),
            query < 0 ? "" : uri.substring(query + 1),
            request.headers().get(HttpHeaderNames.CONTENT_TYPE, ""),
            request.headers().get(IDEMPOTENCY_KEY),
            ByteBufUtil.getBytes(request.content()));
    try {
      return routes.answer(plain);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static HttpAnswer fault(Throwable failure) {
    log.error("admin request failed", failure);
    return Json.error(500, "INTERNAL", "our fault");
  }
}
