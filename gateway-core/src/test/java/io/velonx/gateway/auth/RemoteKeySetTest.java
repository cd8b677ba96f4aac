package io.velonx.gateway.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.codahale.metrics.Counter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RemoteKeySetTest {
  private static final JwtAlgorithm ES256 = JwtAlgorithm.ES256;

  private final HttpServer server;
  private final Counter failures = new Counter();
  private final AtomicInteger asked = new AtomicInteger();
  private final RemoteKeySet keys;
  private final AtomicLong nanos = new AtomicLong();
  private volatile int status = 200;
  private volatile byte[] body = set("k1");
  private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  RemoteKeySetTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          gate.join();
          if (status == 302) {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
          }
          try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
          } catch (IOException gone) {
            // Whoever asked has heard enough.
          }
        });
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks.json");
    keys = new RemoteKeySet(address, failures, nanos::get);
  }

  @AfterEach
  void close() {
    gate.complete(null);
    keys.close();
    server.stop(0);
  }

  @Test
  void keysAreThereOnceTheyAreFetched() {
    fetch();
    assertNotNull(keys.find("k1", ES256));
    assertNull(keys.find("k2", ES256));
    assertEquals(0, failures.getCount());
  }

  @Test
  void unknownKeyIsFetchedForTheNextTry() {
    fetch();
    body = set("k1", "k2");
    pass(RemoteKeySet.PAUSE.toNanos() + 1);
    assertNull(keys.find("k2", ES256));
    await().until(() -> keys.find("k2", ES256) != null);
    assertEquals(2, asked.get());
  }

  @Test
  void tokensThatNameNonsenseDoNotMakeItAskMoreOften() {
    fetch();
    for (int i = 0; i < 1_000; i++) {
      assertNull(keys.find("nonsense-" + i, ES256));
    }
    assertEquals(1, asked.get());
  }

  @Test
  void whoeverWantsAFetchUnderWaySharesIt() {
    gate = new CompletableFuture<>();
    CompletionStage<Void> first = keys.fetch();
    assertSame(first, keys.fetch());
    gate.complete(null);
    join(first);
    assertEquals(1, asked.get());
  }

  @Test
  void keyThatWasWithdrawnIsNotUsedForLong() {
    fetch();
    body = set("k2");
    pass(RemoteKeySet.MAX_AGE.toNanos() + 1);
    assertNotNull(keys.find("k1", ES256));
    await().until(() -> keys.find("k1", ES256) == null);
    assertNotNull(keys.find("k2", ES256));
  }

  @Test
  void lastKeysStayInUseWhileNothingGoodComes() {
    fetch();
    byte[][] bad = {"{}".getBytes(UTF_8), set(), new byte[RemoteKeySet.MAX_BYTES + 1]};
    for (byte[] each : bad) {
      body = each;
      fetch();
    }
    body = set("k2");
    for (int each : new int[] {404, 500, 302}) {
      status = each;
      fetch();
    }
    server.stop(0);
    fetch();
    assertEquals(7, failures.getCount());
    assertNotNull(keys.find("k1", ES256));
    assertEquals(7, asked.get(), "a redirect is not followed");
  }

  private void fetch() {
    join(keys.fetch());
  }

  private void pass(long time) {
    nanos.addAndGet(time);
  }

  private static void join(CompletionStage<Void> stage) {
    stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static byte[] set(String... kids) {
    var entries = new ObjectNode[kids.length];
    for (int i = 0; i < kids.length; i++) {
      entries[i] = KeyPairs.jwk(KeyPairs.of(ES256, kids[i]).getPublic(), kids[i]);
    }
    return KeyPairs.set(entries);
  }
}
