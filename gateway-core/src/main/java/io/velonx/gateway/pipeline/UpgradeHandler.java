package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
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
import io.velonx.gateway.files.StoredFile;
import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.limit.TrustedProxies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
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
  private final Admission admission;
  private final @Nullable Refusal turnedAway;

  private @Nullable HttpRequest request;

  /** What arrives while others are asked whether the user may have a connection; null before. */
  private @Nullable ArrayDeque<ByteBuf> held;

  private @Nullable Future<?> deadline;
  private long beganNanos;
  private long checkedNanos;
  private boolean answered;
  private boolean done;

  /**
   * @param turnedAway why the socket is refused whatever it asks for; null when it is welcome
   */
  UpgradeHandler(
      PipelineServices services,
      LoopState loop,
      Admission admission,
      @Nullable Refusal turnedAway) {
    this.services = services;
    this.loop = loop;
    this.admission = admission;
    this.turnedAway = turnedAway;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    beganNanos = System.nanoTime();
    limit(ctx, services.config().handshakeTimeout(), () -> expire(ctx));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancelLimit();
    releaseHeld();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (turnedAway != null) {
      refuse(ctx, turnedAway);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    done = true;
    cancelLimit();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (held != null && !done && msg instanceof ByteBuf octets) {
      held.add(octets);
      // Well-behaved clients wait for the 101, so this system call is seldom needed.
      ctx.channel().config().setAutoRead(false);
      return;
    }
    try {
      if (done || !ctx.channel().isActive()) {
        return;
      }
      if (msg instanceof HAProxyMessage proxied) {
        acceptProxied(ctx, proxied);
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
    if (cause instanceof HAProxyProtocolException) {
      LOG.debug("no header of the PROXY protocol where one is required");
      ctx.close();
      return;
    }
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

  private void acceptProxied(ChannelHandlerContext ctx, HAProxyMessage proxied) {
    String client = proxied.sourceAddress();
    switch (admission.proxied(client == null ? null : TrustedProxies.parse(client))) {
      case WELCOME -> {}
      case FULL -> refuse(ctx, admission.full());
      case FLOOD -> {
        services.metrics().socketsDropped.inc();
        ctx.close();
      }
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
    PublicFiles files = services.files();
    if (files != null && PublicFiles.isFile(target.path())) {
      if (head || whole.method().equals(HttpMethod.GET)) {
        sendFile(ctx, files, whole, target);
      } else {
        answerAndClose(ctx, answer, true);
      }
      return;
    }
    if (head || whole.method().equals(HttpMethod.GET)) {
      answer = services.http().get(target.path());
      if (answer == null) {
        boolean isPath = target.path().equals(services.config().path());
        answer = isPath ? Answers.upgradeRequired() : Answers.refusal(404);
      }
      answer = Answers.unlessKnown(answer, whole.headers());
    }
    if (!HttpUtil.isKeepAlive(whole) || !services.accepting().getAsBoolean()) {
      answerAndClose(ctx, answer, !head);
      return;
    }
    answered = true;
    beganNanos = System.nanoTime();
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

  /** Sends a file to whoever may have it; nobody learns of one that he may not have. */
  private void sendFile(
      ChannelHandlerContext ctx, PublicFiles files, HttpRequest whole, RequestTarget target) {
    HttpHeaders headers = whole.headers();
    boolean withBody = !whole.method().equals(HttpMethod.HEAD);
    Refusal limited = admission.fetchRefusal(headers);
    if (limited != null) {
      refuse(ctx, limited);
      return;
    }
    Principal principal =
        services.authentication().authenticateFetch(target.query(), headers).principalOrNull();
    if (principal == null) {
      admission.failed();
      answerAndClose(ctx, Answers.refusal(401), withBody);
      return;
    }
    done = true;
    removeDecoder(ctx);
    limit(ctx, services.config().handshakeTimeout(), ctx::close);
    files
        .open(principal, target.path())
        .whenComplete(
            (file, failure) ->
                ctx.executor()
                    .execute(
                        () -> {
                          if (failure != null || file == null) {
                            HttpAnswer none =
                                failure == null ? Answers.refusal(404) : Answers.draining();
                            answerAndClose(ctx, none, withBody);
                          } else {
                            sendFile(ctx, file, headers, withBody);
                          }
                        }));
  }

  private void sendFile(
      ChannelHandlerContext ctx, StoredFile file, HttpHeaders headers, boolean withBody) {
    FileHead head = FileHead.of(file.info(), headers);
    if (withBody && head.to() > head.from()) {
      services.metrics().filesServed.inc();
    }
    ctx.write(head.encode(ctx.alloc()), ctx.voidPromise());
    new FileSender(ctx, file, head.from(), withBody ? head.to() : head.from())
        .send(
            // Whoever takes nothing for so long is gone.
            () -> limit(ctx, services.config().stallTimeout(), ctx::close), () -> endOutput(ctx));
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
    Refusal limited = admission.refusal(whole.headers());
    if (limited != null) {
      refuse(ctx, limited);
      return;
    }
    HttpAnswer refusal = UpgradeRequest.refusal(whole);
    if (refusal != null) {
      refuse(ctx, refusal);
      return;
    }
    long readNanos = System.nanoTime();
    Verification verification =
        services.authentication().authenticate(target.query(), whole.headers());
    checkedNanos = System.nanoTime();
    services.metrics().handshakeRequest.update(readNanos - beganNanos, TimeUnit.NANOSECONDS);
    services.metrics().handshakeToken.update(checkedNanos - readNanos, TimeUnit.NANOSECONDS);
    Principal principal = verification.principalOrNull();
    if (principal == null) {
      admission.failed();
      refuse(ctx, Answers.refusal(401));
      return;
    }
    CompletableFuture<@Nullable Refusal> answer =
        admission.admit(principal.userId()).toCompletableFuture();
    if (answer.isDone()) {
      decide(ctx, whole.headers(), principal, answer.join());
    } else {
      hold(ctx);
      answer.thenAccept(
          decided ->
              ctx.executor().execute(() -> decide(ctx, whole.headers(), principal, decided)));
    }
  }

  /** Keeps what arrives until it is decided what the octets behind the request are. */
  private void hold(ChannelHandlerContext ctx) {
    held = new ArrayDeque<>(2);
    ctx.pipeline().remove(HttpRequestDecoder.class);
  }

  private void decide(
      ChannelHandlerContext ctx,
      HttpHeaders headers,
      Principal principal,
      @Nullable Refusal refusal) {
    admission.settled(refusal);
    services
        .metrics()
        .handshakeAdmission
        .update(System.nanoTime() - checkedNanos, TimeUnit.NANOSECONDS);
    if (done || !ctx.channel().isActive()) {
      return;
    }
    ArrayDeque<ByteBuf> behind = held;
    held = null;
    if (refusal == null) {
      becomeConnection(ctx, headers, principal);
    } else {
      refuse(ctx, refusal);
    }
    if (behind != null) {
      behind.forEach(ctx.pipeline()::fireChannelRead);
      ctx.pipeline().fireChannelReadComplete();
      ctx.channel().config().setAutoRead(true);
    }
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
            admission.connectionId(),
            principal,
            ctx.pipeline().context(handler),
            loop.index(),
            config.slowConsumerPolicy(),
            deflated ? loop.deflater() : null));
    ctx.pipeline().remove(this);
    // Last, because the decoder hands what it has not read to the one behind it.
    removeDecoder(ctx);
    ctx.channel().flush();
    services.metrics().handshakeTotal.update(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS);
  }

  private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
    services.metrics().limited(refusal.reason().metric());
    refuse(ctx, Answers.limited(refusal));
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
              if (sent.isSuccess()) {
                endOutput(ctx);
              } else {
                ctx.close();
              }
            });
    limit(ctx, services.config().closeTimeout(), ctx::close);
    removeDecoder(ctx);
  }

  private void endOutput(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
      limit(ctx, services.config().closeTimeout(), ctx::close);
    } else {
      ctx.close();
    }
  }

  private static void removeDecoder(ChannelHandlerContext ctx) {
    if (ctx.pipeline().get(HttpRequestDecoder.class) != null) {
      ctx.pipeline().remove(HttpRequestDecoder.class);
    }
  }

  private void releaseHeld() {
    if (held != null) {
      held.forEach(ByteBuf::release);
      held = null;
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
