package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.connection.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks HTTP with a new socket until it is a WebSocket or gone.
 *
 * <p>An upgrade that stands every check is answered with 101, and this handler makes place for the
 * {@link ConnectionHandler}. Plain requests get what {@link PublicHttp} knows, in the order in
 * which they came. Everything else gets an answer with a length, then the end of the socket.
 *
 * <p>Time is limited from the accept to the 101, whatever trickles in meanwhile; only a plain
 * request that was answered begins a new limit.
 *
 * <p>Threading: event loop of the socket. Ownership: releases what it reads. Spec: RFC 6455 §4.2,
 * RFC 9112.
 */
final class UpgradeHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(UpgradeHandler.class);

  /** Who leaves so much unread sends requests only to have them answered. */
  private static final long MAX_UNREAD_BYTES = 256 * 1024;

  private final PipelineServices services;
  private final LoopState loop;

  private @Nullable HttpRequest request;
  private @Nullable Future<?> deadline;
  private boolean answered;
  private boolean done;

  UpgradeHandler(PipelineServices services, LoopState loop) {
    this.services = services;
    this.loop = loop;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    limit(ctx, services.config().handshakeTimeout(), () -> expire(ctx));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancelLimit();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    done = true;
    cancelLimit();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    try {
      if (done || !ctx.channel().isActive()) {
        return;
      }
      if (msg instanceof HttpRequest head) {
        request = acceptHead(ctx, head) ? head : null;
      }
      if (msg instanceof LastHttpContent && request != null) {
        HttpRequest whole = request;
        request = null;
        handle(ctx, whole);
      }
    } finally {
      ReferenceCountUtil.release(msg);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("socket failed before its upgrade failure={}", cause.getClass().getName());
      ctx.close();
      return;
    }
    loop.fault("answering a request failed", cause);
    if (!done) {
      answerAndClose(ctx, Answers.refusal(500), true);
    }
  }

  /** Checks what can be wrong before the request is known to be whole. */
  private boolean acceptHead(ChannelHandlerContext ctx, HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      refuse(ctx, Answers.refusal(statusOf(head.decoderResult().cause())));
      return false;
    }
    HttpHeaders headers = head.headers();
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"))) {
      refuse(ctx, Answers.refusal(413));
      return false;
    }
    return true;
  }

  private static int statusOf(Throwable failure) {
    if (failure instanceof TooLongHttpLineException) {
      return 414;
    }
    return failure instanceof TooLongFrameException ? 431 : 400;
  }

  private void handle(ChannelHandlerContext ctx, HttpRequest whole) {
    RequestTarget target = RequestTarget.parse(whole.uri());
    HttpVersion version = whole.protocolVersion();
    if (version.majorVersion() != 1) {
      refuse(ctx, Answers.refusal(505));
    } else if (target == null) {
      refuse(ctx, Answers.refusal(400));
    } else if (UpgradeRequest.isUpgrade(whole)) {
      upgrade(ctx, whole, target);
    } else {
      answer(ctx, whole, target);
    }
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest whole, RequestTarget target) {
    if (whole.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !UpgradeRequest.hasHost(whole.headers())) {
      refuse(ctx, Answers.refusal(400));
      return;
    }
    boolean head = whole.method().equals(HttpMethod.HEAD);
    HttpAnswer answer = Answers.methodNotAllowed();
    if (head || whole.method().equals(HttpMethod.GET)) {
      answer = services.http().get(target.path());
      if (answer == null) {
        boolean isPath = target.path().equals(services.config().path());
        answer = isPath ? Answers.upgradeRequired() : Answers.refusal(404);
      }
    }
    if (!HttpUtil.isKeepAlive(whole) || !services.accepting().getAsBoolean()) {
      answerAndClose(ctx, answer, !head);
      return;
    }
    answered = true;
    ctx.write(Answers.encode(ctx.alloc(), answer, !head, true), ctx.voidPromise());
    ChannelOutboundBuffer unread = ctx.channel().unsafe().outboundBuffer();
    if (unread != null && unread.totalPendingWriteBytes() > MAX_UNREAD_BYTES) {
      ctx.flush();
      if (unread.totalPendingWriteBytes() > MAX_UNREAD_BYTES) {
        ctx.close();
        return;
      }
    }
    limit(ctx, services.config().handshakeTimeout(), () -> expire(ctx));
  }

  private void upgrade(ChannelHandlerContext ctx, HttpRequest whole, RequestTarget target) {
    if (!target.path().equals(services.config().path())) {
      refuse(ctx, Answers.refusal(404));
      return;
    }
    if (!services.accepting().getAsBoolean()) {
      refuse(ctx, Answers.draining());
      return;
    }
    HttpAnswer refusal = UpgradeRequest.refusal(whole);
    if (refusal != null) {
      refuse(ctx, refusal);
      return;
    }
    Verification verification =
        services.authentication().authenticate(target.query(), whole.headers());
    Principal principal = verification.principalOrNull();
    if (principal == null) {
      refuse(ctx, Answers.refusal(401));
      return;
    }
    becomeConnection(ctx, whole.headers(), principal);
  }

  /** Writes the 101 and gives the socket over, with whatever arrived behind the request. */
  private void becomeConnection(
      ChannelHandlerContext ctx, HttpHeaders headers, Principal principal) {
    done = true;
    PipelineConfig config = services.config();
    String extensions =
        config.compression()
            ? PerMessageDeflate.negotiate(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS))
            : null;
    boolean deflated = extensions != null;
    ctx.write(
        Answers.switchingProtocols(
            ctx.alloc(),
            UpgradeRequest.acceptKey(headers, loop.sha1()),
            UpgradeRequest.subprotocol(headers),
            extensions),
        ctx.voidPromise());
    services.metrics().accepted.inc();
    ConnectionHandler handler = new ConnectionHandler(config, loop, deflated);
    ctx.pipeline().addLast(handler);
    handler.open(
        new Connection(
            services.connectionIds().incrementAndGet(),
            principal,
            ctx.pipeline().context(handler),
            loop.index(),
            config.slowConsumerPolicy(),
            deflated ? loop.deflater() : null));
    ctx.pipeline().remove(this);
    // Last, because the decoder hands what it has not read to the one behind it.
    ctx.pipeline().remove(HttpRequestDecoder.class);
    ctx.channel().flush();
  }

  private void refuse(ChannelHandlerContext ctx, HttpAnswer refusal) {
    LOG.debug("refused status={}", refusal.status());
    services.metrics().refused(refusal.status());
    answerAndClose(ctx, refusal, true);
  }

  /**
   * Writes the last answer and ends our direction; the peer ends the other when it has read it. To
   * close at once could cost it the answer: unread octets make the system send a reset.
   */
  private void answerAndClose(ChannelHandlerContext ctx, HttpAnswer answer, boolean withBody) {
    done = true;
    ByteBuf octets = Answers.encode(ctx.alloc(), answer, withBody, false);
    ctx.writeAndFlush(octets)
        .addListener(
            sent -> {
              if (sent.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              } else {
                ctx.close();
              }
            });
    limit(ctx, services.config().closeTimeout(), ctx::close);
    if (ctx.pipeline().get(HttpRequestDecoder.class) != null) {
      ctx.pipeline().remove(HttpRequestDecoder.class);
    }
  }

  private void expire(ChannelHandlerContext ctx) {
    if (answered) {
      ctx.close();
    } else {
      refuse(ctx, Answers.refusal(408));
    }
  }

  private void limit(ChannelHandlerContext ctx, Duration time, Runnable then) {
    cancelLimit();
    deadline = ctx.executor().schedule(then, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cancelLimit() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
