package io.velonx.gateway.loadtest.publish;

import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.swarm.ClientLoop;
import io.velonx.gateway.loadtest.swarm.PublishingSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishing frames over WebSockets of the dialect. */
final class WsPublisher implements Publisher {
  private final List<PublishingSocket> sockets = new ArrayList<>();

  /**
   * @param firstIndex of its connections, behind those of the subscribers
   */
  WsPublisher(ClientLoop loop, int count, long firstIndex, Runnable ready) {
    for (int i = 0; i < count; i++) {
      sockets.add(new PublishingSocket(loop, firstIndex + i, ready));
    }
  }

  @Override
  public CompletableFuture<Void> open() {
    return CompletableFuture.allOf(
        sockets.stream().map(PublishingSocket::open).toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public boolean isReady(int connection) {
    return sockets.get(connection).isReady();
  }

  @Override
  public void publish(int connection, Values values) {
    sockets.get(connection).publish(values);
  }

  @Override
  public void flush() {
    sockets.forEach(PublishingSocket::flush);
  }

  /** Nobody says so over a WebSocket; what was not taken is not delivered either. */
  @Override
  public long refused() {
    return 0;
  }

  @Override
  public int gone() {
    return (int) sockets.stream().filter(PublishingSocket::isGone).count();
  }

  @Override
  public void close() {
    sockets.forEach(PublishingSocket::end);
  }
}
