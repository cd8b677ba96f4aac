package io.velonx.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.TestConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The shared word of a channel under loops that join and leave at the same time. */
class ChannelRegistryStressTest {
  private static final int LOOPS = 4;
  private static final int ROUNDS = 100_000;

  /**
   * Each thread plays one event loop with at most one subscriber. A join must never end up in a
   * channel that another loop just took away: after joining, the channel found by name has this
   * loop's bit.
   */
  @Test
  void joinIsNeverLostInAChannelThatIsBeingRemoved() throws Exception {
    long seed = System.nanoTime();
    ChannelName name = ChannelName.room("contended");
    ChannelRegistry registry = new ChannelRegistry(LOOPS);
    ExecutorService threads = Executors.newFixedThreadPool(LOOPS);
    try {
      List<Future<Void>> results = new ArrayList<>();
      for (int loop = 0; loop < LOOPS; loop++) {
        int index = loop;
        Callable<Void> task =
            () -> {
              Random random = new Random(seed + index);
              TestConnection connection =
                  new TestConnection(index, "u" + index, index, SlowConsumerPolicy.DEFAULT);
              for (int round = 0; round < ROUNDS; round++) {
                registry.join(connection.connection(), name);
                LocalChannel found = registry.find(name);
                assertTrue(
                    found != null && (found.loops() & (1L << index)) != 0,
                    "seed " + seed + " loop " + index + " round " + round);
                if (random.nextInt(4) == 0) {
                  Thread.onSpinWait();
                }
                registry.leave(connection.connection(), name);
              }
              connection.close();
              return null;
            };
        results.add(threads.submit(task));
      }
      for (Future<Void> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(0, registry.channelCount(), "seed " + seed);
    assertEquals(0, registry.subscriptionCount(), "seed " + seed);
  }
}
