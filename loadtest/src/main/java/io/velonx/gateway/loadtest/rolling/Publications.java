package io.velonx.gateway.loadtest.rolling;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A back end that publishes steadily and gives up nothing: one publication after the other in each
 * room, each repeated under its key, on one node after the other, until it was taken.
 *
 * <p>Threading: any thread. Ownership: its threads.
 */
final class Publications implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MOST_PAUSE_MILLIS = 200;

  /** About as much as people write. */
  private static final String CONTENT = "a few words of a conversation, ".repeat(3);

  private final ExecutorService exchanges = Executors.newFixedThreadPool(2);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(PATIENCE)
          .executor(exchanges)
          .build();
  private final String run = UUID.randomUUID().toString();
  private final List<Integer> ports;
  private final long intervalNanos;
  private final List<Stream> streams = new ArrayList<>();
  private final AtomicLong repeated = new AtomicLong();
  private volatile @Nullable String problem;
  private volatile boolean stopped;

  /**
   * @param ports the admin ports of the nodes
   * @param rate in all rooms together, a second
   */
  Publications(List<Integer> ports, int rooms, int rate) {
    this.ports = ports;
    intervalNanos = TimeUnit.SECONDS.toNanos(1) * rooms / rate;
    for (int room = 0; room < rooms; room++) {
      streams.add(new Stream(room));
    }
  }

  void start() {
    for (Stream stream : streams) {
      long phase = intervalNanos * stream.room / streams.size();
      timer.schedule(stream::next, phase, TimeUnit.NANOSECONDS);
    }
  }

  /** Begins no more; completes when all that were begun are taken. */
  CompletableFuture<Void> stop() {
    stopped = true;
    return CompletableFuture.allOf(
        streams.stream().map(stream -> stream.finished).toArray(CompletableFuture<?>[]::new));
  }

  /** How many were taken in each room. */
  int[] taken() {
    return streams.stream().mapToInt(stream -> stream.taken).toArray();
  }

  /** Attempts that were not the first. */
  long repeated() {
    return repeated.get();
  }

  /** An answer that no repetition can better; null when there was none. */
  @Nullable String problem() {
    return problem;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    exchanges.shutdownNow();
  }

  /** What is published in one room. One thread at a time: each step hands over to the next. */
  private final class Stream {
    private final int room;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private int node;
    private int sequence;
    private long startNanos;
    private volatile int taken;

    Stream(int room) {
      this.room = room;
      node = room % ports.size();
    }

    void next() {
      if (stopped) {
        finished.complete(null);
        return;
      }
      sequence++;
      startNanos = System.nanoTime();
      attempt();
    }

    private void attempt() {
      client
          .sendAsync(request(), BodyHandlers.discarding())
          .whenComplete(
              (answer, failure) -> {
                int status = failure == null ? answer.statusCode() : 0;
                if (status == 202) {
                  accepted();
                } else if (failure != null || status >= 500) {
                  tryAnotherNode();
                } else {
                  problem = "a publication was answered with " + status;
                  finished.complete(null);
                }
              });
    }

    private void accepted() {
      taken = sequence;
      long rest = intervalNanos - (System.nanoTime() - startNanos);
      schedule(this::next, Math.max(0, rest));
    }

    private void tryAnotherNode() {
      repeated.incrementAndGet();
      node = (node + 1) % ports.size();
      long pause = ThreadLocalRandom.current().nextInt(MOST_PAUSE_MILLIS);
      schedule(this::attempt, TimeUnit.MILLISECONDS.toNanos(pause));
    }

    private void schedule(Runnable task, long nanos) {
      if (!timer.isShutdown()) {
        timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
      }
    }

    private HttpRequest request() {
      String id = Crowd.roomId(room) + "-" + sequence;
      String body =
          ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"id\":\"%s\",\"roomId\":\"%s\",\"sequence\":%d,"
                  + "\"authorId\":\"back-end\",\"authorName\":\"Back end\",\"content\":\"%s\"}}")
              .formatted(id, Crowd.roomId(room), sequence, CONTENT);
      return HttpRequest.newBuilder(
              URI.create(
                  "http://127.0.0.1:%d/channels/room:%s/publications"
                      .formatted(ports.get(node), Crowd.roomId(room))))
          .timeout(PATIENCE)
          .header("Content-Type", "application/json")
          .header("Idempotency-Key", run + "-" + id)
          .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(UTF_8)))
          .build();
    }
  }
}
