package io.velonx.gateway.loadtest.publish;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.velonx.gateway.loadtest.swarm.Endpoint;
import io.velonx.gateway.loadtest.swarm.Transport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Plain TCP connections with one handler each, which hears of what comes back line by line or as
 * octets.
 *
 * <p>Threading: one event loop, but for {@link #open} and {@link #close}.
 */
final class Connections<H extends Connections.Answers> {
  private final EventLoop events;
  private final Endpoint endpoint;
  private final List<Channel> channels = new ArrayList<>();
  private final List<H> handlers = new ArrayList<>();

  Connections(EventLoop events, Endpoint endpoint) {
    this.events = events;
    this.endpoint = endpoint;
  }

  CompletableFuture<Void> open(int count, Supplier<H> answers) {
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (int i = 0; i < count; i++) {
      H handler = answers.get();
      CompletableFuture<Void> one = new CompletableFuture<>();
      ChannelFuture connected =
          Transport.client()
              .group(events)
              .handler(handler)
              .connect(endpoint.host(), endpoint.port());
      channels.add(connected.channel());
      handlers.add(handler);
      connected.addListener(
          done -> {
            if (done.isSuccess()) {
              one.complete(null);
            } else {
              one.completeExceptionally(
                  new IllegalStateException("publisher: " + done.cause().getMessage()));
            }
          });
      all = all.thenCombine(one, (a, b) -> null);
    }
    return all;
  }

  Channel channel(int connection) {
    return channels.get(connection);
  }

  H handler(int connection) {
    return handlers.get(connection);
  }

  int gone() {
    return (int) channels.stream().filter(channel -> !channel.isActive()).count();
  }

  void flush() {
    channels.forEach(Channel::flush);
  }

  void close() {
    channels.forEach(channel -> channel.close().awaitUninterruptibly());
  }

  /** Hears what a server answers. */
  abstract static class Answers extends SimpleChannelInboundHandler<ByteBuf> {
    private final Runnable ready;
    private final StringBuilder line = new StringBuilder();
    long refused;

    /**
     * @param ready run whenever more may be sent
     */
    Answers(Runnable ready) {
      this.ready = ready;
    }

    /** A line without its end. */
    abstract void line(String text);

    /** How many octets that come next are no lines. */
    abstract int skip();

    /** They are gone. */
    abstract void skipped(int octets);

    @Override
    protected final void channelRead0(ChannelHandlerContext ctx, ByteBuf octets) {
      while (octets.isReadable()) {
        int skip = Math.min(skip(), octets.readableBytes());
        if (skip > 0) {
          octets.skipBytes(skip);
          skipped(skip);
          continue;
        }
        int end = octets.indexOf(octets.readerIndex(), octets.writerIndex(), (byte) '\n');
        int length = (end < 0 ? octets.writerIndex() : end) - octets.readerIndex();
        line.append(octets.readCharSequence(length, StandardCharsets.ISO_8859_1));
        if (end >= 0) {
          octets.skipBytes(1);
          String text = line.toString().stripTrailing();
          line.setLength(0);
          line(text);
        }
      }
      ready.run();
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (ctx.channel().isWritable()) {
        ready.run();
      }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // a closed publisher is never ready, which the figures show
    }
  }
}
