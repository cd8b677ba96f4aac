package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.metrics.LogThrottle;
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
  /**
   * Redisson has 50 locks for all topics and fails what waits too long for one of them, as many at
   * once would; fewer than this would leave the connection idle.
   */
  private static final int LARGEST_WINDOW = 32;

  private static final Logger log = LoggerFactory.getLogger(ChannelTopics.class);

  private final LogThrottle silenceWarnings = new LogThrottle();
  private final Map<ChannelName, Topic> topics = new HashMap<>();
  private final ArrayDeque<Topic> queue = new ArrayDeque<>();
  private final BackplaneListener listener;
  private final Duration linger;
  private final Backoff backoff;
  private final ControlThread control;
  private @Nullable RedissonClient client;
  private int underWay;
  // Halved by a failure: on a busy machine all of a large window would fail again and again.
  private int window = LARGEST_WINDOW;
  private int troubled;
  private int lost;
  private @Nullable CompletableFuture<Void> resumed;
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

  /** Subscribes a topic anew that went deaf. Threading: any thread. */
  void resubscribe(ChannelName channel) {
    control.execute(
        () -> {
          Topic topic = topics.get(channel);
          if (topic != null && topic.state == State.LIVE) {
            if (silenceWarnings.mayLog()) {
              log.warn(
                  "topic is silent, subscribing again channel={} suppressed={}",
                  channel,
                  silenceWarnings.suppressed());
            }
            topic.deaf = true;
            topic.moveTo(State.LEAVING);
            queue.add(topic);
            sendQueued();
          }
        });
  }

  /** Says that the connection with all topics is lost. Threading: the control thread. */
  void lost() {
    lost = 0;
    for (Topic topic : topics.values()) {
      boolean live = topic.state == State.LIVE || topic.state == State.LINGERING;
      // Of others nobody hears when they are there again.
      topic.lost = live && listener.keepsHistory(topic.channel);
      lost += topic.lost ? 1 : 0;
    }
    completeIfResumed();
  }

  /** Completes when what was lost is there again. Threading: the control thread. */
  CompletionStage<Void> whenResumed() {
    CompletableFuture<Void> waiting = new CompletableFuture<>();
    resumed = waiting;
    completeIfResumed();
    return waiting;
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
    while (connected != null && underWay < window && !queue.isEmpty()) {
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
                    ? redisTopic.addListenerAsync(
                        new Resumption(delivery, () -> control.execute(() -> found(topic))))
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
    succeeded(topic);
    topic.moveTo(State.LIVE);
    topic.complete();
    if (topic.deaf) {
      topic.deaf = false;
      listener.onResumed(topic.channel);
    }
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
    found(topic);
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
      failed(topic, failure);
      control.after(
          backoff.after(topic.failures),
          () -> {
            queue.add(topic);
            sendQueued();
          });
      return;
    }
    succeeded(topic);
    if (listener.hasSubscribers(topic.channel)) {
      enqueue(topic);
    } else {
      forget(topic);
    }
  }

  private void retry(Topic topic, Throwable failure) {
    failed(topic, failure);
    int stay = topic.moveTo(State.WAITING);
    control.after(
        backoff.after(topic.failures),
        () -> {
          if (topic.stay == stay && !ended) {
            enqueue(topic);
          }
        });
  }

  private void forget(Topic topic) {
    topics.remove(topic.channel);
    found(topic);
    topic.fail("no subscriber is left");
  }

  private void found(Topic topic) {
    if (topic.lost) {
      topic.lost = false;
      lost--;
      completeIfResumed();
    }
  }

  private void completeIfResumed() {
    CompletableFuture<Void> waiting = resumed;
    if (lost == 0 && waiting != null) {
      resumed = null;
      waiting.complete(null);
    }
  }

  /** Logs one line when the first fails, and one when all are well, however many there are. */
  private void failed(Topic topic, Throwable failure) {
    window = Math.max(1, window / 2);
    topic.failures++;
    if (topic.failures == 1 && ++troubled == 1) {
      log.warn("topics cannot be changed, trying on cause={}", ScriptRunner.describe(failure));
    }
  }

  private void succeeded(Topic topic) {
    window = Math.min(LARGEST_WINDOW, window + 1);
    if (topic.failures > 0) {
      topic.failures = 0;
      if (--troubled == 0) {
        log.info("topics can be changed again");
      }
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
    // Gone with its connection, until Redisson says that it is there again.
    private boolean lost;
    // Live, and nothing arrives.
    private boolean deaf;

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
    private final Runnable found;

    Resumption(Delivery delivery, Runnable found) {
      this.delivery = delivery;
      this.found = found;
    }

    @Override
    public void onSubscribe(String topic) {
      if (!delivery.muted) {
        delivery.listener.onResumed(delivery.channel);
        found.run();
      }
    }
  }
}
