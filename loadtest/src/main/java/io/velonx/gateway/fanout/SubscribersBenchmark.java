package io.velonx.gateway.fanout;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.protocol.ChannelName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Walking the subscribers of a channel, without writing to them. In this package for its sake. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SubscribersBenchmark {
  private static final ChannelName ROOM = ChannelName.room("general");

  @Param({"10", "1000", "18000"})
  public int subscribers;

  private final ChannelRegistry registry = new ChannelRegistry(1);
  private final List<EmbeddedChannel> sockets = new ArrayList<>();
  private Subscribers room = new Subscribers();

  /** Fills the channel. */
  @Setup
  public void fill() {
    for (int i = 0; i < subscribers; i++) {
      registry.join(open(i), ROOM);
    }
    LocalChannel channel = registry.find(ROOM);
    Subscribers there = channel == null ? null : channel.subscribers(0);
    if (there == null || there.size() != subscribers) {
      throw new IllegalStateException("not everybody is there");
    }
    room = there;
  }

  /** Ends the sockets. */
  @TearDown
  public void close() {
    sockets.forEach(EmbeddedChannel::finishAndReleaseAll);
  }

  /** One walk. */
  @Benchmark
  public long walk() {
    long sum = 0;
    int end = room.beginWalk();
    for (int i = 0; i < end; i++) {
      Connection connection = room.at(i);
      if (connection != null) {
        sum += connection.id();
      }
    }
    room.endWalk();
    return sum;
  }

  private Connection open(long id) {
    ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
    EmbeddedChannel socket = new EmbeddedChannel(handler);
    sockets.add(socket);
    ChannelHandlerContext ctx = socket.pipeline().context(handler);
    return new Connection(
        id, new Principal("user-" + id, null, null, null), ctx, 0, SlowConsumerPolicy.DEFAULT);
  }
}
