package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.FrameEncoder;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one handler of a settled connection: feeds what arrives to the decoder, and tells the
 * listener of the birth, the messages and the death of the connection.
 *
 * <p>Threading: event loop of the connection. Ownership: releases what it reads. Fails: what the
 * listener throws is counted, logged and answered with 1011.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements FrameListener {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

  /** Answers to one read leave together, unless they grow to more than this. */
  private static final int FLUSH_ABOVE_BYTES = 32 * 1024;

  /** An empty ping; never released, and duplicated for each write. */
  private static final ByteBuf PING = emptyPing();

  // Kept for the heartbeat, which shares no other object with the connection.
  int sweepPosition = -1;
  int sweepTick;
  boolean closeSeen;

  private final LoopState loop;
  private final FrameDecoder decoder;
  private @Nullable Connection connection;

  /**
   * @param deflated whether compression was negotiated
   */
  ConnectionHandler(PipelineConfig config, LoopState loop, boolean deflated) {
    this.loop = loop;
    decoder = new FrameDecoder(config, deflated ? loop.inflater() : null, this);
  }

  /** Begins the life of the connection; the 101 is written, not yet flushed. */
  void open(Connection opened) {
    connection = opened;
    int now = loop.heartbeat().now();
    sweepTick = now;
    opened.heardAt(now);
    loop.heartbeat().add(this);
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          "connection opened id={} user={} socket={}",
          opened.id(),
          opened.principal().userId(),
          opened.socketChannel().remoteAddress());
    }
    // The answer to the upgrade, the first frame and answers to what came along leave together.
    opened.beginRead();
    try {
      loop.listener().opened(opened);
    } catch (RuntimeException | Error failure) {
      fault(failure);
    }
  }

  Connection connection() {
    Connection open = connection;
    if (open == null) {
      throw new IllegalStateException("the upgrade is not done");
    }
    return open;
  }

  /** Asks the peer for a sign of life. */
  void ping() {
    connection().sendRaw(PING.duplicate());
  }

  /** The peer gave none for too long. */
  void heartbeatMissed() {
    LOG.debug("peer is silent id={}", connection().id());
    close(CloseReason.HEARTBEAT_TIMEOUT);
  }

  /** The peer does not take what waits for it. */
  void tooSlow() {
    LOG.debug("peer reads too slowly id={}", connection().id());
    close(CloseReason.SLOW_CONSUMER);
  }

  /** Its token ends soon. */
  void tokenExpiring() {
    Instant end = Instant.ofEpochMilli(connection().principal().expiresAtMillis());
    connection()
        .send(EnvelopeWriter.write(new Push.TokenExpiring(end.toString())), Delivery.DURABLE);
  }

  /** Its token has ended. */
  void tokenExpired() {
    LOG.debug("token has ended id={}", connection().id());
    close(CloseReason.TOKEN_REJECTED);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof ByteBuf in)) {
      ReferenceCountUtil.release(msg);
      return;
    }
    Connection open = connection();
    open.heardAt(loop.heartbeat().now());
    open.beginRead();
    try {
      decoder.decode(in);
    } catch (RuntimeException | Error failure) {
      decoder.release();
      loop.fault("decoding failed id=" + open.id(), failure);
      loop.metrics().closed(CloseReason.INTERNAL_ERROR.code());
      open.fail(CloseReason.INTERNAL_ERROR);
    } finally {
      in.release();
    }
    if (open.pendingBytes() > FLUSH_ABOVE_BYTES) {
      ctx.flush();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    connection().endRead();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      // The network's doing: a reset, or a write to a socket that is gone.
      LOG.debug("socket failed id={} failure={}", connection().id(), cause.getClass().getName());
      connection().abort();
    } else {
      fault(cause);
    }
  }

  @Override
  public void text(ByteBuf payload) {
    Connection open = connection();
    if (!open.isOpen()) {
      return;
    }
    try {
      loop.listener().text(open, payload);
    } catch (RuntimeException | Error failure) {
      fault(failure);
    }
  }

  @Override
  public void binary(ByteBuf payload) {
    Connection open = connection();
    if (!open.isOpen()) {
      return;
    }
    try {
      loop.listener().binary(open, payload);
    } catch (RuntimeException | Error failure) {
      fault(failure);
    }
  }

  @Override
  public void ping(ByteBuf payload) {
    Connection open = connection();
    if (open.isOpen()) {
      open.sendRaw(FrameEncoder.frame(open.socketChannel().alloc(), FrameEncoder.PONG, payload));
    }
  }

  @Override
  public void pong() {
    // Having been heard is all that matters.
  }

  @Override
  public void closeReceived(int code) {
    LOG.debug("peer closes id={} code={}", connection().id(), code);
    connection().answerClose(code);
  }

  @Override
  public void violated(CloseReason reason) {
    Connection open = connection();
    if (open.isOpen()) {
      LOG.debug("peer broke the rules id={} code={}", open.id(), reason.code());
      loop.metrics().closed(reason.code());
      open.fail(reason);
    }
  }

  /** Counts and logs a failure of our own, and closes the connection for it. */
  void fault(Throwable failure) {
    loop.fault("connection failed id=" + connection().id(), failure);
    close(CloseReason.INTERNAL_ERROR);
  }

  private void close(CloseReason reason) {
    if (connection().isOpen()) {
      loop.metrics().closed(reason.code());
      connection().close(reason);
    }
  }

  /** Once, however often it is called. */
  private void end() {
    decoder.release();
    if (sweepPosition < 0) {
      return;
    }
    loop.heartbeat().remove(this);
    Connection gone = connection();
    gone.markGone();
    LOG.debug("connection ended id={}", gone.id());
    try {
      loop.listener().closed(gone);
    } catch (RuntimeException | Error failure) {
      loop.fault("closing failed id=" + gone.id(), failure);
    }
  }

  private static ByteBuf emptyPing() {
    ByteBuf frame = Unpooled.directBuffer(2, 2).writeByte(0x80 | FrameEncoder.PING).writeByte(0);
    return Unpooled.unreleasableBuffer(frame);
  }
}
