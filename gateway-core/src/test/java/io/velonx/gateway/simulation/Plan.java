package io.velonx.gateway.simulation;

import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.history.HistoryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a seed plays.
 *
 * @param faults what goes wrong, and how often a minute
 */
record Plan(
    int nodes,
    int loops,
    int clients,
    List<String> rooms,
    int keptMessages,
    int publicationsPerSecond,
    boolean slowReaders,
    Map<Fault, Integer> faults) {

  /** What may go wrong. */
  enum Fault {
    TOPICS_DROP,
    TOPICS_DEAF,
    ONE_TOPIC_DEAF,
    REPEATS,
    DELAYS,
    REQUESTS_LOST,
    ANSWERS_LOST,
    NODE_CRASH,
    NODE_PAUSE,
    REDIS_STALL,
    REDIS_DOWN,
    REDIS_FLUSH,
    REDIS_FAIL_OVER
  }

  /** Each seed has a few kinds of faults, some have none: together they would hide each other. */
  static Plan of(long seed) {
    Random random = new Random(seed * 31 + 7);
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    int kinds = random.nextInt(5);
    for (int i = 0; i < kinds; i++) {
      Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
      faults.put(fault, 4 + random.nextInt(16));
    }
    List<String> rooms = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      rooms.add("r" + i);
    }
    return new Plan(
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        2 + random.nextInt(5),
        rooms,
        random.nextInt(3) == 0 ? 5 + random.nextInt(10) : 100,
        2 + random.nextInt(20),
        random.nextInt(3) == 0,
        faults);
  }

  HistoryPolicy history() {
    return HistoryPolicy.everywhere(new Retention(keptMessages, Duration.ofMinutes(10)));
  }

  Retention inbox() {
    return new Retention(keptMessages, Duration.ofMinutes(10));
  }

  BackplaneTimings timings() {
    return BackplaneTimings.DEFAULT;
  }

  boolean has(Fault fault) {
    return faults.containsKey(fault);
  }
}
