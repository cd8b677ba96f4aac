package io.velonx.gateway.server.hooks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.metrics.MetricNames;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends signed requests and tries again. What cannot be sent now fails at once: nothing piles up
 * for a back end that is slow. Threading: any thread; never blocks.
 */
final class HookClient implements AutoCloseable {
  /** What may be under way at once; each has a connection of its own. */
  static final int MAX_UNDER_WAY = 256;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger log = LoggerFactory.getLogger(HookClient.class);

  private final HookConfig config;
  private final HookSigner signer;
  private final Clock clock;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(2, new DefaultThreadFactory("gateway-hooks", true));
  private final HttpClient http;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Counter calls;
  private final Counter failures;
  private final LogThrottle warnings = new LogThrottle();

  HookClient(HookConfig config, Clock clock, MetricRegistry registry) {
    this.config = config;
    this.clock = clock;
    signer = new HookSigner(config.secret());
    calls = registry.counter(MetricNames.HOOKS_CALLS);
    failures = registry.counter(MetricNames.HOOKS_FAILURES);
    registry.registerGauge(MetricNames.HOOKS_UNDER_WAY, underWay::get);
    http =
        HttpClient.newBuilder()
            .executor(threads)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.timeout())
            .build();
  }

  /**
   * Posts an object, with {@code hook} and {@code delivery} added, as often as the time allows.
   *
   * @return the JSON of the first answer below 500 that is 2xx; fails for any other, when the time
   *     is over, and at once when too much is under way
   */
  CompletableFuture<JsonNode> ask(String hook, ObjectNode question) {
    if (underWay.incrementAndGet() > MAX_UNDER_WAY || threads.isShutdown()) {
      underWay.decrementAndGet();
      failures.inc();
      return CompletableFuture.failedFuture(new IOException("too much is under way"));
    }
    String delivery = UUID.randomUUID().toString();
    byte[] body;
    try {
      body = JSON.writeValueAsBytes(question.put("hook", hook).put("delivery", delivery));
    } catch (IOException e) {
      throw new AssertionError("a tree can always be written", e);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    attempt(new Call(hook, delivery, body, System.nanoTime(), answer), 0);
    return answer.whenComplete(
        (json, failure) -> {
          underWay.decrementAndGet();
          if (failure != null) {
            failures.inc();
            if (warnings.mayLog()) {
              log.warn(
                  "hook failed hook={} cause={} suppressed={}",
                  hook,
                  failure.toString(),
                  warnings.suppressed());
            }
          }
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void attempt(Call call, int number) {
    long leftNanos = config.timeout().toNanos() - (System.nanoTime() - call.startNanos);
    if (leftNanos <= 0) {
      call.answer.completeExceptionally(new IOException("no answer in " + config.timeout()));
      return;
    }
    calls.inc();
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    HttpRequest request =
        HttpRequest.newBuilder(config.url())
            .timeout(Duration.ofNanos(leftNanos))
            .header("Content-Type", "application/json")
            .header("X-Velonx-Hook", call.hook)
            .header("X-Velonx-Delivery", call.delivery)
            .header(HookSigner.TIMESTAMP, timestamp)
            .header(HookSigner.SIGNATURE, signer.sign(timestamp, call.body))
            .POST(BodyPublishers.ofByteArray(call.body))
            .build();
    http.sendAsync(request, BodyHandlers.ofByteArray())
        .whenComplete((response, failure) -> answered(call, number, response, failure));
  }

  private void answered(
      Call call, int number, @Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    if (response != null && response.statusCode() < 500) {
      settle(call, response);
      return;
    }
    long pause = FIRST_PAUSE.toMillis() << Math.min(number, 6);
    long left = config.timeout().toMillis() - (System.nanoTime() - call.startNanos) / 1_000_000;
    if (pause < left) {
      CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, threads)
          .execute(() -> attempt(call, number + 1));
    } else {
      call.answer.completeExceptionally(
          new IOException(
              response == null ? "no answer: " + failure : "status " + response.statusCode()));
    }
  }

  private static void settle(Call call, HttpResponse<byte[]> response) {
    if (response.statusCode() >= 300) {
      call.answer.completeExceptionally(new IOException("status " + response.statusCode()));
      return;
    }
    try {
      call.answer.complete(
          response.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(response.body()));
    } catch (IOException notJson) {
      call.answer.completeExceptionally(new IOException("the answer is no JSON", notJson));
    }
  }

  /** The same for every attempt. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Call(
      String hook,
      String delivery,
      byte[] body,
      long startNanos,
      CompletableFuture<JsonNode> answer) {}
}
