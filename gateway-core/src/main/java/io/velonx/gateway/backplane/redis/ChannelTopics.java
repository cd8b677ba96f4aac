package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.protocol.ChannelName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.listener.BaseStatusListener;
import org.redisson.api.listener.MessageListener;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the topics this node listens to equal to the channels with subscribers on it.
 *
 * <p>Each channel is in one state, and at most one request for it is on its way:
 *
 * <pre>
 *   absent → QUEUED → SUBSCRIBING → LIVE → LINGERING → LEAVING → absent
 *                ↖ WAITING ↲ (failed)    ↖____↲ (wanted again)
 * </pre>
 *
 * Whenever a request has ended, {@link BackplaneListener#hasSubscribers} decides what comes next,
 * so it does not matter in which order subscribers come and go meanwhile.
 *
 * <p>Threading: state belongs to the control thread; callers only post to it. After a lost
 * connection Redisson subscribes every live topic again by itself.
 */
final class ChannelTopics {
  /** Redisson fails what waits 7.5 s for its own locks, which thousands at once would. */
  private static final int WINDOW = 128;

  private static final Logger log = LoggerFactory.getLogger(ChannelTopics.class);

  private final Map<ChannelName, Topic> topics = new HashMap<>();
  private final ArrayDeque<Topic> queue = new ArrayDeque<>();
  private final BackplaneListener listener;
  private final Duration linger;
  private final Backoff backoff;
  private final ControlThread control;
  private @Nullable RedissonClient client;
  private int underWay;
  private boolean failing;
  private boolean ended;

  ChannelTopics(
      BackplaneListener listener, Duration linger, Backoff backoff, ControlThread control) {
    this.listener = listener;
    this.linger = linger;
    this.backoff = backoff;
    this.control = control;
  }

  /** Begins with what was asked for so far. Threading: the control thread. */
  void connected(RedissonClient connected) {
    client = connected;
    sendQueued();
  }

  /** Completes once publications of the channel arrive. Threading: any thread. */
  CompletionStage<Void> subscribe(ChannelName channel) {
    CompletableFuture<Void> live = new CompletableFuture<>();
    control.execute(() -> want(channel, live));
    return live;
  }

  /** Drops the topic after a while unless it has subscribers. Threading: any thread. */
  void unsubscribe(ChannelName channel) {
    control.execute(
        () -> {
          Topic topic = topics.get(channel);
          if (topic != null && topic.state == State.LIVE) {
            lingerIfUnused(topic);
          }
        });
  }

  /** Fails whoever still waits. Threading: the control thread. */
  void end() {
    ended = true;
    for (Topic topic : topics.values()) {
      topic.fail("backplane is closed");
    }
    topics.clear();
    queue.clear();
  }

  private void want(ChannelName channel, CompletableFuture<Void> live) {
    if (ended) {
      live.completeExceptionally(new BackplaneUnavailableException("backplane is closed", null));
      return;
    }
    Topic topic = topics.get(channel);
    if (topic == null) {
      topic = new Topic(channel);
      topics.put(channel, topic);
      topic.waiters.add(live);
      enqueue(topic);
      return;
    }
    switch (topic.state) {
      case LIVE -> live.complete(null);
      case LINGERING -> {
        // Whoever asks may be late: the subscriber it asks for may have gone since.
        if (listener.hasSubscribers(channel)) {
          topic.moveTo(State.LIVE);
        }
        live.complete(null);
      }
      case QUEUED, SUBSCRIBING, WAITING, LEAVING -> topic.waiters.add(live);
    }
  }

  private void enqueue(Topic topic) {
    topic.moveTo(State.QUEUED);
    queue.add(topic);
    sendQueued();
  }

  private void sendQueued() {
    RedissonClient connected = client;
    while (connected != null && underWay < WINDOW && !queue.isEmpty()) {
      Topic topic = queue.remove();
      if (topic.state == State.LEAVING) {
        sendUnsubscribe(topic, connected);
      } else if (listener.hasSubscribers(topic.channel)) {
        sendSubscribe(topic, connected);
      } else if (topic.failures > 0) {
        // Redisson may have its listener all the same.
        topic.moveTo(State.LEAVING);
        sendUnsubscribe(topic, connected);
      } else {
        forget(topic);
      }
    }
  }

  private void sendSubscribe(Topic topic, RedissonClient connected) {
    topic.moveTo(State.SUBSCRIBING);
    Delivery delivery = new Delivery(topic.channel, listener);
    underWay++;
    RTopic redisTopic = redisTopic(topic, connected);
    request(() -> redisTopic.addListenerAsync(byte[].class, delivery))
        .thenCompose(
            id ->
                listener.keepsHistory(topic.channel)
                    // Added second, it hears nothing of the first time.
                    ? redisTopic.addListenerAsync(new Resumption(delivery))
                    : CompletableFuture.completedStage(id))
        .whenCompleteAsync(
            (id, failure) -> {
              underWay--;
              if (!ended) {
                subscribed(topic, delivery, failure);
                sendQueued();
              }
            },
            control);
  }

  private void subscribed(Topic topic, Delivery delivery, @Nullable Throwable failure) {
    if (failure != null) {
      // It may still have been added, or be added later.
      delivery.mute();
      retry(topic, failure);
      return;
    }
    recovered();
    topic.failures = 0;
    topic.moveTo(State.LIVE);
    topic.complete();
    lingerIfUnused(topic);
  }

  private void lingerIfUnused(Topic topic) {
    if (listener.hasSubscribers(topic.channel)) {
      return;
    }
    int stay = topic.moveTo(State.LINGERING);
    control.after(
        linger,
        () -> {
          if (topic.stay != stay || ended) {
            return;
          }
          if (listener.hasSubscribers(topic.channel)) {
            topic.moveTo(State.LIVE);
          } else {
            topic.moveTo(State.LEAVING);
            queue.add(topic);
            sendQueued();
          }
        });
  }

  private void sendUnsubscribe(Topic topic, RedissonClient connected) {
    underWay++;
    request(() -> redisTopic(topic, connected).removeAllListenersAsync())
        .whenCompleteAsync(
            (done, failure) -> {
              underWay--;
              if (!ended) {
                unsubscribed(topic, failure);
                sendQueued();
              }
            },
            control);
  }

  private void unsubscribed(Topic topic, @Nullable Throwable failure) {
    if (failure != null) {
      failed(failure);
      control.after(
          backoff.after(++topic.failures),
          () -> {
            queue.add(topic);
            sendQueued();
          });
      return;
    }
    topic.failures = 0;
    if (listener.hasSubscribers(topic.channel)) {
      enqueue(topic);
    } else {
      forget(topic);
    }
  }

  private void retry(Topic topic, Throwable failure) {
    failed(failure);
    int stay = topic.moveTo(State.WAITING);
    control.after(
        backoff.after(++topic.failures),
        () -> {
          if (topic.stay == stay && !ended) {
            enqueue(topic);
          }
        });
  }

  private void forget(Topic topic) {
    topics.remove(topic.channel);
    topic.fail("no subscriber is left");
  }

  private void failed(Throwable failure) {
    if (!failing) {
      failing = true;
      log.warn("topics cannot be changed, trying on cause={}", ScriptRunner.describe(failure));
    }
  }

  private void recovered() {
    if (failing) {
      failing = false;
      log.info("topics can be changed again");
    }
  }

  private static RTopic redisTopic(Topic topic, RedissonClient connected) {
    return connected.getTopic(topic.channel.text(), ByteArrayCodec.INSTANCE);
  }

  private static <T> CompletionStage<T> request(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      // Redisson refuses when it is being shut down.
      return CompletableFuture.failedStage(e);
    }
  }

  private enum State {
    /** Waits for its turn in the window. */
    QUEUED,
    SUBSCRIBING,
    LIVE,
    /** Live without subscribers, for those who come back soon. */
    LINGERING,
    /** Waits for its turn to be unsubscribed, or is. */
    LEAVING,
    /** Waits for another attempt. */
    WAITING
  }

  /** One channel this node listens to, or is about to. */
  private static final class Topic {
    private final ChannelName channel;
    private final List<CompletableFuture<Void>> waiters = new ArrayList<>(1);
    private State state = State.QUEUED;
    // Counts changes of state, so that a timer knows whether its state is still the same stay.
    private int stay;
    private int failures;

    Topic(ChannelName channel) {
      this.channel = channel;
    }

    int moveTo(State next) {
      state = next;
      return ++stay;
    }

    void complete() {
      waiters.forEach(waiter -> waiter.complete(null));
      waiters.clear();
    }

    void fail(String reason) {
      waiters.forEach(
          waiter -> waiter.completeExceptionally(new BackplaneUnavailableException(reason, null)));
      waiters.clear();
    }
  }

  /** Hands publications of one topic on, until muted. */
  private static final class Delivery implements MessageListener<byte[]> {
    private final ChannelName channel;
    private final BackplaneListener listener;
    private volatile boolean muted;

    Delivery(ChannelName channel, BackplaneListener listener) {
      this.channel = channel;
      this.listener = listener;
    }

    void mute() {
      muted = true;
    }

    @Override
    public void onMessage(CharSequence topic, byte[] envelope) {
      // A topic outlives its subscribers for a while.
      if (muted || !listener.hasSubscribers(channel)) {
        return;
      }
      try {
        listener.onPublication(channel, envelope);
      } catch (RuntimeException e) {
        log.error("listener failed channel={}", channel, e);
      }
    }
  }

  /** Hears when Redisson has subscribed the topic again after a lost connection. */
  private static final class Resumption extends BaseStatusListener {
    private final Delivery delivery;

    Resumption(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public void onSubscribe(String topic) {
      if (!delivery.muted) {
        delivery.listener.onResumed(delivery.channel);
      }
    }
  }
}
