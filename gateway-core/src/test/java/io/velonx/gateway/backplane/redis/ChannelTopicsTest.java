package io.velonx.gateway.backplane.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.velonx.gateway.backplane.RecordingListener;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Homes;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.misc.CompletableFutureWrapper;

/** How many topics are asked for at once, by a Redisson that answers when the test says so. */
@Timeout(30)
class ChannelTopicsTest {
  private final ConcurrentLinkedQueue<CompletableFuture<Integer>> asked =
      new ConcurrentLinkedQueue<>();
  private final RecordingListener listener = new RecordingListener();
  private final ControlThread control = new ControlThread(Homes.next());
  private final ChannelTopics topics =
      new ChannelTopics(
          listener,
          Duration.ofMinutes(1),
          new Backoff(Duration.ofHours(1), Duration.ofHours(1), new Random(1)),
          control);

  @Test
  void failureHalvesWhatIsAskedForAtOnceAndSuccessesRaiseItAgain() {
    control.execute(() -> topics.connected(redisson()));
    for (int i = 0; i < 500; i++) {
      ChannelName room = ChannelName.room("" + i);
      listener.add(room);
      topics.subscribe(room);
    }
    awaitAsked(32);
    asked.remove().completeExceptionally(new RedisException("too busy"));
    // Nothing new before there are fewer than half as many.
    for (int left = 31; left > 16; left--) {
      asked.remove().completeExceptionally(new RedisException("too busy"));
    }
    awaitAsked(16);
    while (!asked.isEmpty()) {
      asked.remove().completeExceptionally(new RedisException("too busy"));
    }
    awaitAsked(1);
    for (int expected = 2; expected <= 6; expected++) {
      asked.remove().complete(1);
      awaitAsked(expected);
    }
    control.execute(topics::end);
    control.close();
  }

  private void awaitAsked(int count) {
    await().untilAsserted(() -> assertEquals(count, asked.size()));
  }

  private RedissonClient redisson() {
    return fake(RedissonClient.class, args -> topic());
  }

  private RTopic topic() {
    return fake(
        RTopic.class,
        args -> {
          CompletableFuture<Integer> answer = new CompletableFuture<>();
          boolean statusListener = args.length == 1;
          if (statusListener) {
            answer.complete(2);
          } else {
            asked.add(answer);
          }
          return new CompletableFutureWrapper<>(answer);
        });
  }

  /** Answers every call the same way. */
  private static <T> T fake(Class<T> type, Function<Object[], Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> answer.apply(args)));
  }
}
