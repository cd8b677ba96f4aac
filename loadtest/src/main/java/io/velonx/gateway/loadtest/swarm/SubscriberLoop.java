package io.velonx.gateway.loadtest.swarm;

import io.netty.util.concurrent.Promise;
import io.velonx.gateway.loadtest.dialect.Dialect.Echo;
import io.velonx.gateway.loadtest.measure.Pace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one event loop, and what they are told to do.
 *
 * <p>Threading: that event loop.
 */
final class SubscriberLoop {
  final ClientLoop clients;
  final boolean keepsOffsets;
  long leftNanos;

  private final int party;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final List<Subscriber> churning = new ArrayList<>();
  private final Map<Subscriber, Pace> echoing = new HashMap<>();
  private final Opener opener;
  private @Nullable Arrivals arrivals;
  private @Nullable Echo echo;
  private boolean echoesAtOnce;
  private long comeBackMillis = -1;

  SubscriberLoop(ClientLoop clients, int party) {
    this.clients = clients;
    this.party = party;
    keepsOffsets =
        clients.plan.keepsOffsets()
            && clients.dialect.place() != null
            && !clients.dialect.resume().isEmpty();
    opener = new Opener(clients);
  }

  /** Has the connections of this loop among the first {@code total}. */
  void open(long total, double perSecond, int atOnce, Promise<Void> done) {
    opener.begin(perSecond, atOnce, done);
    while (subscribers.size() < share(total)) {
      Subscriber subscriber = subscriber(subscribers.size(), false);
      subscribers.add(subscriber);
      opener.add(subscriber);
    }
    opener.proceed();
  }

  /** Tells from now on when all have a publication. */
  void watch(int window, Completions completions) {
    int[] audience =
        clients
            .plan
            .audience()
            .subscribers(clients.plan.audience().connections(), party, clients.plan.parties());
    arrivals = new Arrivals(audience, clients.plan.publishers(), window, completions);
  }

  /**
   * Sends requests on the connections of this loop among the first {@code total}.
   *
   * @param perSecond on each connection, however long answers take; 0: after each answer the next
   */
  void echo(long total, double perSecond, Echo request) {
    echo = request;
    echoesAtOnce = perSecond == 0;
    long now = System.nanoTime();
    for (Subscriber subscriber : subscribers.subList(0, share(total))) {
      if (echoesAtOnce) {
        subscriber.echo(request, System.nanoTime());
      } else {
        // Not all at the same moment.
        long phase = (long) (1e9 / perSecond * clients.random.nextDouble());
        Pace pace = new Pace(now + phase, perSecond);
        echoing.put(subscriber, pace);
        request(subscriber, pace, 0);
      }
    }
  }

  void stopEcho() {
    echo = null;
    echoing.clear();
  }

  @SuppressWarnings("ReferenceEquality") // an older pace is not this one, even at the same rate
  private void request(Subscriber subscriber, Pace pace, long number) {
    long due = pace.dueNanos(number);
    clients.events.schedule(
        () -> {
          Echo request = echo;
          if (request != null && echoing.get(subscriber) == pace) {
            subscriber.echo(request, due);
            request(subscriber, pace, number + 1);
          }
        },
        Math.max(0, due - System.nanoTime()),
        TimeUnit.NANOSECONDS);
  }

  /** Opens and closes connections in that many slots, of all loops together. */
  void churn(long total) {
    for (int i = 0; i < share(total); i++) {
      Subscriber subscriber = subscriber(i, true);
      churning.add(subscriber);
      subscriber.open();
    }
  }

  /** Every slot ends with the connection it has. */
  void stopChurn() {
    List<Subscriber> ended = List.copyOf(churning);
    churning.clear();
    ended.forEach(Subscriber::drop);
  }

  /** Has the first {@code total} connections read no more. */
  void stall(long total) {
    subscribers.subList(0, share(total)).forEach(Subscriber::stall);
  }

  /**
   * Has them read again. Those that are gone come back at once, and so does who finds a Close among
   * what waited.
   *
   * @param done kept when all that were gone are open again, or failed
   */
  void readAgain(long total, Promise<Void> done) {
    opener.begin(0, Integer.MAX_VALUE, done);
    comeBackMillis = 0;
    for (Subscriber subscriber : subscribers.subList(0, share(total))) {
      if (subscriber.isOpen()) {
        subscriber.readAgain();
      } else {
        opener.add(subscriber);
      }
    }
    opener.proceed();
  }

  /**
   * Drops all connections; each comes back after a random part of that time.
   *
   * @param done kept when all are open again, or failed
   */
  void leave(long jitterMillis, Promise<Void> done) {
    leftNanos = System.nanoTime();
    opener.begin(0, Integer.MAX_VALUE, done);
    comeBackMillis = jitterMillis;
    for (Subscriber subscriber : subscribers) {
      if (subscriber.isOpen()) {
        opener.announce();
        subscriber.leave();
      }
    }
    opener.proceed();
  }

  /** Closes everything. */
  void close() {
    stopEcho();
    stopChurn();
    comeBackMillis = -1;
    subscribers.forEach(Subscriber::drop);
  }

  void arrived(int publisher, int room, int sequence) {
    if (arrivals != null) {
      arrivals.arrived(publisher, room, sequence);
    }
  }

  void opened(Subscriber subscriber) {
    if (subscriber.churns) {
      subscriber.close();
    } else {
      opener.finished(subscriber);
    }
  }

  void failed(Subscriber subscriber) {
    if (subscriber.churns) {
      again(subscriber);
    } else {
      opener.finished(subscriber);
    }
  }

  void ended(Subscriber subscriber) {
    if (subscriber.churns) {
      again(subscriber);
    } else if (comeBackMillis >= 0) {
      long wait = comeBackMillis == 0 ? 0 : clients.random.nextLong(comeBackMillis);
      clients.events.schedule(() -> opener.addLate(subscriber), wait, TimeUnit.MILLISECONDS);
    }
  }

  void answered(Subscriber subscriber) {
    Echo request = echo;
    if (request != null && echoesAtOnce) {
      subscriber.echo(request, System.nanoTime());
    }
  }

  private void again(Subscriber subscriber) {
    if (churning.contains(subscriber)) {
      clients.events.execute(subscriber::open);
    }
  }

  private Subscriber subscriber(long local, boolean churns) {
    long index = party + local * clients.plan.parties();
    return new Subscriber(this, index, clients.plan.audience().roomsOf(index), churns);
  }

  /** How many of the first {@code total} connections are on this loop. */
  private int share(long total) {
    return (int) ((total - party + clients.plan.parties() - 1) / clients.plan.parties());
  }
}
