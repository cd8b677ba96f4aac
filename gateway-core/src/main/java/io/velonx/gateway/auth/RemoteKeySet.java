package io.velonx.gateway.auth;

import com.codahale.metrics.Counter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.PublicKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JWK set behind an address. It is fetched at the start, again when it has become old, and when
 * a token names a key that is not in it: that token is refused, and its next try passes.
 *
 * <p>While the address does not answer, the last set stays in use. Redirects are not followed.
 *
 * <p>Threading: any thread; fetching is done by a thread of its own.
 */
public final class RemoteKeySet implements KeySource, AutoCloseable {
  /** A set of 100 keys has half of that. */
  static final int MAX_BYTES = 256 * 1024;

  /** Keys that are withdrawn are in use no longer than this. */
  static final Duration MAX_AGE = Duration.ofMinutes(5);

  /** So that tokens that name nonsense do not make us trouble whom we fetch from. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(RemoteKeySet.class);

  private final URI address;
  private final Counter failures;
  private final LongSupplier nanoTime;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "gateway-jwks");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpClient http =
      HttpClient.newBuilder().executor(executor).connectTimeout(CONNECT_TIMEOUT).build();
  private final AtomicReference<@Nullable CompletableFuture<Void>> underWay =
      new AtomicReference<>();

  private volatile KeySet keys = KeySet.EMPTY;
  private volatile long askedNanos;
  private volatile boolean failing;

  /**
   * A set that is not fetched yet.
   *
   * @param failures counts fetches that brought nothing
   */
  public RemoteKeySet(URI address, Counter failures) {
    this(address, failures, System::nanoTime);
  }

  RemoteKeySet(URI address, Counter failures, LongSupplier nanoTime) {
    this.address = address;
    this.failures = failures;
    this.nanoTime = nanoTime;
  }

  @Override
  public @Nullable PublicKey find(@Nullable String kid, JwtAlgorithm algorithm) {
    PublicKey key = keys.find(kid, algorithm);
    long age = nanoTime.getAsLong() - askedNanos;
    if (age > (key == null ? PAUSE : MAX_AGE).toNanos()) {
      fetch();
    }
    return key;
  }

  /** Fetches the set, unless that is under way; completes when it was tried, and never fails. */
  public CompletionStage<Void> fetch() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> before = underWay.compareAndExchange(null, mine);
    if (before != null) {
      return before;
    }
    askedNanos = nanoTime.getAsLong();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            HttpRequest.newBuilder(address).timeout(TIMEOUT).build(),
            head -> new BoundedBody(MAX_BYTES));
    // The timeout of a request ends with the head of its answer; this one does not.
    answer
        .copy()
        .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (response, failure) -> {
              answer.cancel(true);
              settle(response, failure);
              underWay.set(null);
              mine.complete(null);
            });
    return mine;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private void settle(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    try {
      if (response == null) {
        throw new IOException(failure == null ? "no answer" : failure.toString());
      }
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      KeySet fetched = KeySet.parse(response.body());
      if (fetched.keys().isEmpty()) {
        throw new IOException("no key that could be used");
      }
      keys = fetched;
      if (failing) {
        failing = false;
        log.info("keys for tokens can be fetched again host={}", address.getHost());
      }
    } catch (IOException e) {
      failures.inc();
      if (!failing) {
        failing = true;
        log.warn(
            "keys for tokens cannot be fetched, the last ones stay in use host={} cause={}",
            address.getHost(),
            e.getMessage());
      }
    }
  }
}
