package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections opened, subscribed and dropped at every possible moment leave nothing behind. */
class ChurnIT {
  private static final int CYCLES = 20_000;
  private static final int THREADS = 4;
  private static final int USERS = 60;
  private static final int ROOMS = 30;

  private static final BackplaneTimings SHORT_LINGER =
      new BackplaneTimings(
          BackplaneTimings.DEFAULT.leaseTtl(),
          BackplaneTimings.DEFAULT.leaseRenewal(),
          Duration.ofMillis(50),
          BackplaneTimings.DEFAULT.commandTimeout());

  @Test
  @Timeout(180)
  void twentyThousandCyclesLeaveNoEntryInAnyRegistrySetOrTopic() throws Exception {
    long seed = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (RedisServer redis = RedisServer.start();
        RedisClient backEnd = redis.connect();
        TestNode node =
            TestNode.start(
                new RedissonBackplane(
                    RedisConfig.parse(redis.url()),
                    SHORT_LINGER,
                    NodeId.create("churn", new SecureRandom())),
                settings -> settings)) {
      List<Future<Void>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed + i);
        Callable<Void> cycles =
            () -> {
              for (int cycle = 0; cycle < CYCLES / THREADS; cycle++) {
                cycle(node.port(), random);
              }
              return null;
            };
        results.add(threads.submit(cycles));
      }
      for (Future<Void> result : results) {
        result.get();
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                assertEquals(0, node.gateway().getConnectionStats().totalConnections());
                assertEquals(0, node.gateway().getConnectionStats().uniqueUsers());
                assertEquals(0, node.gateway().channelCount());
                assertEquals(0, node.gateway().subscriptionCount());
                assertEquals(0, node.gauge(MetricNames.PRESENCE_MEMBERS));
                assertEquals(0, node.gauge(MetricNames.PRESENCE_TYPING));
                assertEquals(Set.of(), backEnd.topics("room:*"), "seed " + seed);
                assertEquals(Set.of(), backEnd.keys("room:*"), "seed " + seed);
                assertEquals(Set.of(), backEnd.keys("users:online"), "seed " + seed);
                assertEquals(Set.of(), backEnd.keys("gw:{room:*[^m]"), "seed " + seed);
              });
      // Where the histories stand is forgotten by itself, as nothing was published.
      for (String log : backEnd.keys("gw:{room:*")) {
        long secondsLeft = (Long) Objects.requireNonNull(backEnd.call("TTL", log));
        assertTrue(secondsLeft > 0 && secondsLeft <= 3600, log + " " + secondsLeft);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** One connection that ends at a moment chosen by chance. */
  private static void cycle(int port, Random random) {
    RawClient client = RawClient.connect(port);
    try {
      byte[] request =
          RawClient.upgradeRequest(
                  RawClient.PATH + "?token=user" + random.nextInt(USERS), new String[0])
              .getBytes(ISO_8859_1);
      int moment = random.nextInt(6);
      if (moment == 0) {
        byte[] part = new byte[random.nextInt(request.length)];
        System.arraycopy(request, 0, part, 0, part.length);
        client.send(part);
      } else {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        octets.writeBytes(request);
        if (moment == 1) {
          // Everything in one packet, and gone before the answer.
          octets.writeBytes(commands(random));
          client.send(octets.toByteArray());
        } else {
          client.send(octets.toByteArray());
          if (moment > 2) {
            client.readHead();
            client.send(commands(random));
          }
          if (moment > 3) {
            client.readFrame();
          }
          if (moment > 4) {
            client.sendClose(1000);
          }
        }
      }
      if (random.nextBoolean()) {
        client.reset();
      }
    } catch (UncheckedIOException gone) {
      // The other side may notice first.
    } finally {
      client.close();
    }
  }

  private static byte[] commands(Random random) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (int i = random.nextInt(4); i > 0; i--) {
      String room = "{\"roomId\":\"" + random.nextInt(ROOMS) + "\",\"isTyping\":true}}";
      String type =
          switch (random.nextInt(4)) {
            case 0, 1 -> "SUBSCRIBE";
            case 2 -> "TYPING";
            default -> "UNSUBSCRIBE";
          };
      String command = "{\"type\":\"" + type + "\",\"payload\":" + room;
      octets.writeBytes(RawClient.frame(RawClient.TEXT, command.getBytes(UTF_8)));
    }
    return octets.toByteArray();
  }
}
