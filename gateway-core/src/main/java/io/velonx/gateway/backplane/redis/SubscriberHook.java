package io.velonx.gateway.backplane.redis;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.redisson.client.NettyHook;
import org.redisson.client.handler.CommandPubSubDecoder;
import org.redisson.client.handler.PingConnectionHandler;

/**
 * Takes care of the connections that listen to topics: no pings on them, and an end when they have
 * gone deaf.
 *
 * <p>While Redisson waits for a pong there, it takes the next publication for the answer and drops
 * it: one lost publication per ping under traffic. Beacons watch these connections instead.
 * Threading: any thread.
 */
final class SubscriberHook implements NettyHook {
  private final Set<Channel> subscribers = ConcurrentHashMap.newKeySet();
  private final Runnable lost;

  /**
   * @param lost called whenever such a connection has ended, on its event loop
   */
  SubscriberHook(Runnable lost) {
    this.lost = lost;
  }

  @Override
  public void afterBoostrapInitialization(Bootstrap bootstrap) {}

  @Override
  public void afterChannelInitialization(Channel ch) {
    if (ch.pipeline().get(CommandPubSubDecoder.class) == null) {
      return;
    }
    if (ch.pipeline().get(PingConnectionHandler.class) != null) {
      ch.pipeline().remove(PingConnectionHandler.class);
    }
    subscribers.add(ch);
    ch.closeFuture()
        .addListener(
            closed -> {
              subscribers.remove(ch);
              lost.run();
            });
  }

  /** Closes them; Redisson connects again and subscribes every topic anew. */
  void reconnect() {
    subscribers.forEach(Channel::close);
  }
}
