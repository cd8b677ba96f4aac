package io.velonx.gateway.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.netty.channel.IoEventLoop;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Crowd;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.TestNode;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A node with one event loop and its clients, doing one thing after the other, for somebody who
 * watches the system calls. Between two things the loop looks for a file named after the next.
 */
final class SystemCallScenario {
  static final String MARK = "/gate-mark-";
  static final int SUBSCRIBERS = 20;
  static final int UPGRADES = 50;
  static final int PUBLICATIONS = 50;
  static final int QUEUED = 64;
  static final int PINGS = 100;

  private static final ChannelName ROOM = ChannelName.room("all");

  private final TestNode node;
  private final IoEventLoop loop;

  private SystemCallScenario(TestNode node, IoEventLoop loop) {
    this.node = node;
    this.loop = loop;
  }

  public static void main(String[] args) throws Exception {
    LocalBackplane local = new LocalBackplane();
    AtomicReference<IoEventLoop> loop = new AtomicReference<>();
    Backplane backplane =
        (Backplane)
            Proxy.newProxyInstance(
                Backplane.class.getClassLoader(),
                new Class<?>[] {Backplane.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("start")) {
                    loop.set((IoEventLoop) arguments[1]);
                  }
                  return method.invoke(local, arguments);
                });
    try (TestNode node = TestNode.start(backplane, settings -> settings.eventLoops(1))) {
      new SystemCallScenario(node, Objects.requireNonNull(loop.get())).run();
    }
  }

  private void run() throws Exception {
    try (Crowd crowd = Crowd.connect(node.port(), SUBSCRIBERS, "all", "")) {
      List<RawClient> clients = new ArrayList<>();
      mark("upgrades");
      for (int i = 0; i < UPGRADES; i++) {
        RawClient client = RawClient.open(node.port(), "client" + i);
        client.readText();
        clients.add(client);
      }
      mark("publications");
      for (int i = 0; i < PUBLICATIONS; i++) {
        publish(1);
      }
      mark("queued");
      CountDownLatch queued = new CountDownLatch(1);
      loop.execute(() -> awaitQuietly(queued));
      long target = deliveries() + (long) QUEUED * SUBSCRIBERS;
      for (int i = 0; i < QUEUED; i++) {
        node.gateway().broadcastToChannel(ROOM, envelope());
      }
      queued.countDown();
      awaitDeliveries(target);
      mark("pings");
      for (int i = 0; i < PINGS; i++) {
        clients.get(0).sendText("{\"type\":\"PING\",\"payload\":{}}");
        clients.get(0).readText();
      }
      mark("end");
      clients.forEach(RawClient::close);
      System.err.println("crowd received=" + crowd.receivedBytes());
    }
  }

  private void publish(int count) throws Exception {
    long target = deliveries() + (long) count * SUBSCRIBERS;
    node.gateway().broadcastToChannel(ROOM, envelope());
    awaitDeliveries(target);
  }

  /** A delivery is counted before it is flushed; a task after it comes after the flush. */
  private void awaitDeliveries(long target) throws Exception {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> deliveries() >= target);
    loop.submit(() -> {}).get();
  }

  private long deliveries() {
    return node.gateway().metrics().deliveries.getCount();
  }

  private void mark(String next) throws InterruptedException, ExecutionException {
    loop.submit(() -> Files.exists(Path.of(MARK + next))).get();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] envelope() {
    return "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"content\":\"hello\"}}".getBytes(UTF_8);
  }
}
