package io.velonx.gateway.loadtest.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.velonx.gateway.loadtest.dialect.Template;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.swarm.Endpoint;
import java.util.concurrent.CompletableFuture;

/** PUBLISH commands, written one behind the other without waiting. Spec: the Redis protocol, 2. */
final class RedisPublisher implements Publisher {
  private static final byte[] PUBLISH = "*3\r\n$7\r\nPUBLISH\r\n".getBytes(US_ASCII);

  private final Connections<Reply> connections;
  private final int count;
  private final Template target;
  private final Runnable ready;

  RedisPublisher(EventLoop events, Endpoint endpoint, int count, Template target, Runnable ready) {
    connections = new Connections<>(events, endpoint);
    this.count = count;
    this.target = target;
    this.ready = ready;
  }

  @Override
  public CompletableFuture<Void> open() {
    return connections.open(count, () -> new Reply(ready));
  }

  @Override
  public boolean isReady(int connection) {
    return connections.channel(connection).isWritable();
  }

  @Override
  public void publish(int connection, Values values) {
    Channel ch = connections.channel(connection);
    ByteBuf command = ch.alloc().directBuffer(128 + values.body.length);
    bulk(bulk(command.writeBytes(PUBLISH), target.render(values)), values.body);
    ch.write(command, ch.voidPromise());
  }

  @Override
  public void flush() {
    connections.flush();
  }

  @Override
  public long refused() {
    long refused = 0;
    for (int i = 0; i < count; i++) {
      refused += connections.handler(i).refused;
    }
    return refused;
  }

  @Override
  public int gone() {
    return connections.gone();
  }

  @Override
  public void close() {
    connections.close();
  }

  private static ByteBuf bulk(ByteBuf command, byte[] octets) {
    command.writeBytes(("$" + octets.length + "\r\n").getBytes(US_ASCII));
    return command.writeBytes(octets).writeByte('\r').writeByte('\n');
  }

  /** One line for each command. */
  private static final class Reply extends Connections.Answers {
    Reply(Runnable ready) {
      super(ready);
    }

    @Override
    void line(String text) {
      refused += text.startsWith("-") ? 1 : 0;
    }

    @Override
    int skip() {
      return 0;
    }

    @Override
    void skipped(int octets) {}
  }
}
