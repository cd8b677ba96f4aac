package io.velonx.gateway.loadtest.publish;

import io.netty.channel.EventLoopGroup;
import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.Dialect.Publishing;
import io.velonx.gateway.loadtest.dialect.Dialect.Way;
import io.velonx.gateway.loadtest.dialect.Template;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.measure.Marker;
import io.velonx.gateway.loadtest.measure.Pace;
import io.velonx.gateway.loadtest.swarm.Audience;
import io.velonx.gateway.loadtest.swarm.ClientLoop;
import io.velonx.gateway.loadtest.swarm.Completions;
import io.velonx.gateway.loadtest.swarm.Endpoint;
import io.velonx.gateway.loadtest.swarm.SwarmPlan;
import io.velonx.gateway.loadtest.swarm.Transport;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to the rooms in turn: at a rate (open loop), or as fast as subscribers get it (closed
 * loop).
 *
 * <p>In an open loop a publication that could not leave in time carries the time it was due, so
 * that neither a slow server nor a slow publisher makes latencies look better.
 *
 * <p>Threading: an event loop of its own; the public methods may be called by any other thread.
 * Ownership: its event loop and connections, until {@link #close}.
 */
public final class Pump implements Completions, AutoCloseable {
  /** Something else gets its turn after that many publications in a row. */
  private static final int BURST = 64;

  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long STALL_CHECK_MILLIS = 100;
  private static final long CLOSE_SECONDS = 10;

  private final EventLoopGroup group = Transport.group("publisher", 1);
  private final ClientLoop loop;
  private final Publisher publisher;
  private final Template body;
  private final int publishers;
  private final int size;
  private final int rooms;
  private final int[] parties;
  private final int[] sequences;
  private int[] subscribers;
  private @Nullable Pace pace;
  private @Nullable Window window;
  private boolean running;
  private boolean scheduled;
  private long paced;
  private int nextPublisher;
  private int nextRoom;
  private long published;
  private long expected;
  private long writtenOff;
  private long unsent;

  /**
   * @param plan its first URL is where WebSockets publish
   * @param way over what; a dialect may know several
   * @param url where; null for what the dialect says
   * @param subscribers of each room, whose deliveries are expected
   * @param size of each body, in octets
   */
  public Pump(
      SwarmPlan plan, Dialect dialect, Way way, @Nullable String url, int[] subscribers, int size) {
    Audience audience = plan.audience();
    rooms = audience.rooms();
    publishers = plan.publishers();
    if (rooms > Marker.MAX_ROOMS || publishers > Marker.MAX_PUBLISHERS) {
      throw new IllegalArgumentException(
          "rooms: "
              + rooms
              + ", publishers: "
              + publishers
              + " (expected: at most "
              + Marker.MAX_ROOMS
              + " and "
              + Marker.MAX_PUBLISHERS
              + ")");
    }
    this.subscribers = subscribers;
    this.size = size;
    parties = audience.parties(plan.parties());
    sequences = new int[rooms * publishers];
    body = dialect.body();
    loop = new ClientLoop(group.next(), plan, dialect);
    publisher = publisher(plan, dialect.publishing(), way, url);
  }

  private Publisher publisher(
      SwarmPlan plan, Publishing publishing, Way way, @Nullable String url) {
    return switch (way) {
      case WS -> new WsPublisher(loop, publishers, plan.audience().connections(), this::ready);
      case HTTP ->
          new HttpPublisher(
              loop.events(),
              Endpoint.parse(or(url, publishing, Way.HTTP, "http://127.0.0.1:3001"), "http", 80),
              publishers,
              Objects.requireNonNull(publishing.target(), "dialect without publish.target"),
              publishing.opening().headers(),
              this::ready);
      case REDIS ->
          new RedisPublisher(
              loop.events(),
              Endpoint.parse(
                  or(url, publishing, Way.REDIS, "redis://127.0.0.1:6379"), "redis", 6379),
              publishers,
              Objects.requireNonNull(publishing.channel(), "dialect without publish.channel"),
              this::ready);
    };
  }

  private static String or(@Nullable String url, Publishing publishing, Way way, String otherwise) {
    if (url != null) {
      return url;
    }
    String known = publishing.way() == way ? publishing.url() : null;
    return known == null ? otherwise : known;
  }

  /** Connects. Fails: {@link IllegalStateException} when the server cannot be published to. */
  public void open() {
    await(publisher.open());
  }

  /** Publishes at that rate from now on. */
  public void atRate(double perSecond) {
    call(
        () -> {
          pace = new Pace(System.nanoTime(), perSecond);
          paced = 0;
          window = null;
          start();
          return null;
        });
  }

  /** Publishes whenever fewer than that many publications are on their way. */
  public void inWindow(int limit) {
    call(
        () -> {
          window = new Window(limit, parties, publishers);
          start();
          return null;
        });
  }

  /** Publishes nothing more. */
  public Progress stop() {
    return call(
        () -> {
          if (running && window == null) {
            long due = Objects.requireNonNull(pace).dueUntil(System.nanoTime());
            unsent += Math.max(0, due - paced);
          }
          running = false;
          writtenOff += window == null ? 0 : window.writtenOff();
          window = null;
          return progress();
        });
  }

  /** Whose deliveries are expected from now on. */
  public void expect(int[] nowSubscribers) {
    call(
        () -> {
          subscribers = nowSubscribers;
          return null;
        });
  }

  /** Deliveries of everything published so far to so many subscribers of each room. */
  public long deliveriesTo(int[] whom) {
    return call(
        () -> {
          long deliveries = 0;
          for (int i = 0; i < sequences.length; i++) {
            deliveries += (long) sequences[i] * whom[i / publishers];
          }
          return deliveries;
        });
  }

  public Progress look() {
    return call(this::progress);
  }

  @Override
  public void completed(int publisherNumber, int room, int sequence) {
    loop.events()
        .execute(
            () -> {
              Window filled = window;
              if (filled != null) {
                filled.completed(publisherNumber, room, sequence, System.nanoTime());
                pump();
              }
            });
  }

  private void start() {
    running = true;
    pump();
    checkForStall();
  }

  private void ready() {
    loop.events().execute(this::pump);
  }

  private void pump() {
    int sent = 0;
    while (running && sent < BURST) {
      long now = System.nanoTime();
      long due = due(now);
      int connection = due < 0 ? -1 : readyConnection();
      if (connection < 0) {
        break;
      }
      publish(connection, due, now);
      sent++;
    }
    if (sent > 0) {
      publisher.flush();
    }
    if (sent == BURST) {
      ready();
    }
  }

  /** When the next publication is due; -1 when that is not now. */
  private long due(long now) {
    Window filled = window;
    if (filled != null) {
      return filled.isFull() ? -1 : now;
    }
    long due = Objects.requireNonNull(pace).dueNanos(paced);
    if (due <= now) {
      return due;
    }
    if (!scheduled) {
      scheduled = true;
      loop.events()
          .schedule(
              () -> {
                scheduled = false;
                pump();
              },
              due - now,
              TimeUnit.NANOSECONDS);
    }
    return -1;
  }

  /** The next connection in turn that can take something; -1 when all are busy. */
  private int readyConnection() {
    for (int i = 0; i < publishers; i++) {
      int connection = nextPublisher;
      nextPublisher = (nextPublisher + 1) % publishers;
      if (publisher.isReady(connection)) {
        return connection;
      }
    }
    return -1;
  }

  private void publish(int connection, long due, long now) {
    int room = nextRoom;
    nextRoom = (nextRoom + 1) % rooms;
    int sequence = ++sequences[room * publishers + connection];
    Values values = new Values();
    values.room = room;
    values.sequence = sequence;
    values.connection = connection;
    values.marker = Marker.write(connection, room, sequence, due);
    values.body = body.render(values, size);
    if (window != null) {
      window.published(connection, room, sequence, now);
    }
    publisher.publish(connection, values);
    paced++;
    published++;
    expected += subscribers[room];
  }

  private void checkForStall() {
    Window watched = window;
    if (running && watched != null) {
      if (watched.writeOff(System.nanoTime(), STALL_NANOS)) {
        pump();
      }
      loop.events().schedule(this::checkForStall, STALL_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private Progress progress() {
    return new Progress(
        published,
        expected,
        publisher.refused(),
        writtenOff + (window == null ? 0 : window.writtenOff()),
        unsent,
        publisher.gone());
  }

  private <T> T call(Callable<T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.events()
        .execute(
            () -> {
              try {
                result.complete(action.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return await(result);
  }

  private static <T> T await(CompletableFuture<T> result) {
    try {
      return result.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IllegalStateException(cause.getMessage(), cause);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the publisher does not answer", e);
    }
  }

  @Override
  public void close() {
    running = false;
    publisher.close();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    loop.release();
  }

  /**
   * How far it is.
   *
   * @param expected deliveries that follow from what was published
   * @param refused publications the server did not take
   * @param writtenOff publications given up after a stall
   * @param unsent publications that were due, but found no connection to leave by before the end
   * @param gone connections of publishers that ended
   */
  public record Progress(
      long published, long expected, long refused, long writtenOff, long unsent, int gone) {}
}
