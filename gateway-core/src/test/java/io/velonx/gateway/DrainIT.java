package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrainIT {
  private static final DrainPlan AT_ONCE = new DrainPlan(1_000_000, Duration.ofSeconds(20));

  @Test
  void everyClientIsToldToComeBackAfterAMomentOfItsOwnAndThenClosed() {
    try (TestNode node = TestNode.start(config -> config)) {
      List<WsClient> clients = open(node, 40);
      CompletionStage<Void> empty = node.gateway().drain(AT_ONCE);
      Set<Integer> delays = new HashSet<>();
      for (WsClient client : clients) {
        int delayMillis = client.expect("RECONNECT").at("/payload/delayMillis").intValue();
        assertTrue(delayMillis >= 0 && delayMillis < 1_000, () -> "delay " + delayMillis);
        delays.add(delayMillis);
        assertEquals(4200, client.closeCode());
      }
      assertTrue(delays.size() > 20, delays::toString);
      await().until(() -> empty.toCompletableFuture().isDone());
      assertEquals(DrainProgress.State.DRAINED, node.gateway().drainProgress().state());
      assertEquals(40, node.gateway().drainProgress().total());
    }
  }

  @Test
  void clientsLeaveInBatchesAndNewcomersAreRefusedMeanwhile() {
    try (TestNode node = TestNode.start(config -> config)) {
      List<WsClient> clients = open(node, 20);
      // One step of 20 ms takes one client at this rate, so many steps are needed.
      node.gateway().drain(new DrainPlan(1, Duration.ofSeconds(40)));
      await().until(() -> node.gateway().drainProgress().left() < 20);
      assertEquals(DrainProgress.State.DRAINING, node.gateway().drainProgress().state());
      assertFalse(node.gateway().isReady());
      assertEquals(503, WsClient.statusOf(node.port(), "/api/community/ws?token=new"));
      await().until(() -> node.gateway().drainProgress().left() == 0);
      clients.forEach(client -> assertEquals(4200, client.closeCode()));
    }
  }

  @Test
  void cancelledDrainKeepsWhoIsStillThereAndTakesNewcomers() {
    try (TestNode node = TestNode.start(config -> config)) {
      List<WsClient> clients = open(node, 50);
      CompletionStage<Void> ended = node.gateway().drain(new DrainPlan(1, Duration.ofHours(1)));
      await().until(() -> node.gateway().drainProgress().left() < 50);
      node.gateway().cancelDrain();
      await().until(() -> ended.toCompletableFuture().isDone());
      assertEquals(DrainProgress.State.SERVING, node.gateway().drainProgress().state());
      List<WsClient> stayed = clients.stream().filter(client -> !client.isClosed()).toList();
      assertFalse(stayed.isEmpty());
      await().until(() -> node.gateway().isReady());
      try (WsClient newcomer = node.open("new")) {
        newcomer.subscribe("room:lobby");
      }
      stayed.get(0).subscribe("room:lobby");
      clients.forEach(WsClient::drop);
    }
  }

  @Test
  void clientThatDoesNotAnswerLosesItsSocketWhenTheTimeIsUp() throws Exception {
    try (TestNode node = TestNode.start(config -> config.closeTimeout(Duration.ofMinutes(5)));
        RawClient mute = RawClient.open(node.port(), "mute")) {
      assertTrue(mute.readText().contains("USER_JOINED"));
      await().until(() -> node.gateway().drainProgress().left() == 1);
      node.gateway().drain(new DrainPlan(1000, Duration.ofMillis(300)));
      await().until(() -> node.gateway().drainProgress().left() == 0);
    }
  }

  private static List<WsClient> open(TestNode node, int count) {
    List<WsClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(node.open("user" + i));
    }
    return clients;
  }
}
