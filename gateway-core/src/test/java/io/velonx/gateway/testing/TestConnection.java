package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection without a socket, and what was written to it. Threading: the test's thread. */
public final class TestConnection {
  private final EmbeddedChannel channel;
  private final Connection connection;

  public TestConnection(long id, String userId) {
    this(id, userId, SlowConsumerPolicy.DEFAULT);
  }

  public TestConnection(long id, String userId, SlowConsumerPolicy policy) {
    this(id, userId, 0, policy);
  }

  public TestConnection(long id, String userId, int loopIndex, SlowConsumerPolicy policy) {
    this(id, userId, loopIndex, policy, null);
  }

  /**
   * @param deflater null for a connection without compression
   */
  public TestConnection(
      long id,
      String userId,
      int loopIndex,
      SlowConsumerPolicy policy,
      @Nullable MessageDeflater deflater) {
    ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
    channel = new EmbeddedChannel(handler);
    ChannelHandlerContext ctx = Objects.requireNonNull(channel.pipeline().context(handler));
    connection =
        new Connection(
            id, new Principal(userId, null, null, null), ctx, loopIndex, policy, deflater);
  }

  public Connection connection() {
    return connection;
  }

  public EmbeddedChannel channel() {
    return channel;
  }

  /** The payloads of the text frames written so far. */
  public List<String> takeTexts() {
    channel.runPendingTasks();
    List<String> texts = new ArrayList<>();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      while (out.isReadable()) {
        out.skipBytes(1);
        int length = out.readUnsignedByte();
        if (length == 126) {
          length = out.readUnsignedShort();
        }
        texts.add(out.readCharSequence(length, UTF_8).toString());
      }
      out.release();
    }
    return texts;
  }

  /** The number of writes that reached the socket so far, each taken with what it held. */
  public int takeWrites() {
    channel.runPendingTasks();
    int writes = 0;
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      out.release();
      writes++;
    }
    return writes;
  }

  public void close() {
    channel.finishAndReleaseAll();
  }
}
