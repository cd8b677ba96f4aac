package io.velonx.gateway.loadtest.swarm;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.velonx.gateway.loadtest.dialect.Dialect.Publishing;
import io.velonx.gateway.loadtest.dialect.Values;
import java.util.concurrent.CompletableFuture;

/** A WebSocket that publishes; what comes back is not looked at. Threading: its event loop. */
public final class PublishingSocket extends WsClient {
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final Publishing publishing;
  private final Runnable ready;

  /**
   * @param ready run whenever it can take more
   */
  public PublishingSocket(ClientLoop loop, long index, Runnable ready) {
    super(loop, index, loop.dialect.publishing().opening(), null);
    this.publishing = loop.dialect.publishing();
    this.ready = ready;
  }

  /** Connects. Fails: when the server refuses it. */
  public CompletableFuture<Void> open() {
    loop.events.execute(() -> connect(publishing.opening().steps()));
    return opened;
  }

  public boolean isReady() {
    Channel ch = channel();
    return ch != null && isOpen() && ch.isWritable();
  }

  public boolean isGone() {
    return !isOpen();
  }

  /** Writes the publishing frame without flushing it. */
  public void publish(Values values) {
    Channel ch = channel();
    if (ch != null) {
      loop.write(ch, publishing.frame().opcode(), publishing.frame().payload(values));
    }
  }

  public void flush() {
    Channel ch = channel();
    if (ch != null) {
      ch.flush();
    }
  }

  /** Ends the socket. Threading: any thread. */
  public void end() {
    loop.events.execute(this::drop);
  }

  @Override
  void onOpen() {
    opened.complete(null);
  }

  @Override
  void onFailed() {
    opened.completeExceptionally(
        new IllegalStateException("publisher: " + loop.counters.take().failure()));
  }

  @Override
  void onEnded(boolean asked) {}

  @Override
  void onData(byte[] data, int from, int to, long nowNanos) {}

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      ready.run();
    }
  }
}
