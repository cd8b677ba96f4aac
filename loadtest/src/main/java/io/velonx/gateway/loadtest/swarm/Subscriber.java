package io.velonx.gateway.loadtest.swarm;

import io.netty.channel.Channel;
import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.Dialect.Echo;
import io.velonx.gateway.loadtest.dialect.Dialect.Place;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Marker;
import io.velonx.gateway.loadtest.measure.Sequences;
import io.velonx.gateway.loadtest.measure.Timing;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A connection that listens to rooms and counts what it gets.
 *
 * <p>Threading: event loop of this connection.
 */
final class Subscriber extends WsClient {
  /** Requests that wait for an answer to the one before; a server that is stuck gets no more. */
  private static final int MAX_OVERDUE = 1_000;

  /** Whether it closes as soon as it is open, and opens again. */
  final boolean churns;

  private final SubscriberLoop home;
  private final int[] rooms;
  private final Sequences sequences;
  private byte @Nullable [] cut;
  private byte @Nullable [][] offsets;
  private byte @Nullable [][] epochs;
  private boolean slow;
  private boolean awaitsReturn;
  private long echoDueNanos;
  private boolean echoing;
  private final Queue<Long> overdue = new ArrayDeque<>(0);

  Subscriber(SubscriberLoop home, long index, int[] rooms, boolean churns) {
    super(home.clients, index, home.clients.dialect.subscriber(), rooms);
    this.home = home;
    this.rooms = rooms;
    this.churns = churns;
    sequences = new Sequences(rooms.length * home.clients.plan.publishers());
  }

  /** Opens, with the script for those who come back when there is one and an offset is known. */
  void open() {
    Dialect dialect = loop.dialect;
    boolean resumes = knowsEveryPlace() && !dialect.resume().isEmpty();
    connect(resumes ? dialect.resume() : dialect.subscriber().steps());
  }

  /** Reads no more. What it gets is counted apart from now on. */
  void stall() {
    slow = true;
    setReading(false);
  }

  void readAgain() {
    setReading(true);
  }

  private void setReading(boolean wanted) {
    Channel ch = channel();
    if (ch != null) {
      ch.config().setAutoRead(wanted);
    }
  }

  /** Drops the socket, and measures the time until something arrives again. */
  void leave() {
    awaitsReturn = true;
    cut = null;
    drop();
  }

  /** Sends a request that was due at that time. */
  void echo(Echo echo, long dueNanos) {
    Channel ch = channel();
    if (ch == null || !isOpen()) {
      return;
    }
    if (echoing) {
      loop.counters.add(Count.ECHOES_LATE);
      if (overdue.size() < MAX_OVERDUE) {
        overdue.add(dueNanos);
      }
      return;
    }
    echoing = true;
    echoDueNanos = dueNanos;
    loop.valuesOf(index, rooms);
    loop.write(ch, echo.send());
    ch.flush();
  }

  @Override
  void onOpen() {
    home.opened(this);
  }

  @Override
  void onFailed() {
    home.failed(this);
  }

  @Override
  void onEnded(boolean asked) {
    echoing = false;
    overdue.clear();
    cut = null;
    home.ended(this);
  }

  @Override
  void onPong(long nowNanos) {
    Echo echo = loop.dialect.echo();
    if (echoing && echo != null && echo.expect() == null) {
      answered(nowNanos);
    }
  }

  @Override
  void onData(byte[] data, int from, int to, long nowNanos) {
    if (cut != null) {
      joinCut(data, from, to, nowNanos);
    }
    int at = from;
    boolean marked = false;
    while (true) {
      at = Marker.find(data, at, to);
      if (at + Marker.LENGTH > to) {
        break;
      }
      marked = true;
      delivery(data, at, nowNanos);
      at += Marker.LENGTH;
    }
    if (at < to) {
      cut = Arrays.copyOfRange(data, at, to);
    }
    if (home.keepsOffsets) {
      keepPlace(data, from, to);
    }
    if (!marked && echoing) {
      Echo echo = loop.dialect.echo();
      if (echo != null
          && echo.expect() != null
          && Octets.indexOf(data, from, to, echo.expect()) >= 0) {
        answered(nowNanos);
      }
    }
  }

  /** A marker may have begun in the frame before. */
  private void joinCut(byte[] data, int from, int to, long nowNanos) {
    byte[] head = cut;
    cut = null;
    if (head == null) {
      return;
    }
    int more = Math.min(Marker.LENGTH - head.length, to - from);
    byte[] joined = Arrays.copyOf(head, head.length + more);
    System.arraycopy(data, from, joined, head.length, more);
    if (Marker.find(joined, 0, joined.length) != 0) {
      return;
    }
    if (joined.length == Marker.LENGTH) {
      delivery(joined, 0, nowNanos);
    } else {
      cut = joined;
    }
  }

  private void delivery(byte[] data, int marker, long nowNanos) {
    int publisher = Marker.publisher(data, marker);
    int room = Marker.room(data, marker);
    int place = rooms.length == 1 && rooms[0] == room ? 0 : Arrays.binarySearch(rooms, room);
    if (place < 0 || publisher >= loop.plan.publishers()) {
      loop.counters.add(Count.STRAY);
      return;
    }
    int sequence = Marker.sequence(data, marker);
    if (slow) {
      switch (sequences.see(place * loop.plan.publishers() + publisher, sequence)) {
        case NEXT -> loop.counters.add(Count.SLOW_DELIVERIES);
        case LATE -> {
          loop.counters.add(Count.SLOW_DELIVERIES);
          loop.counters.add(Count.REORDERED);
        }
        case AGAIN -> loop.counters.add(Count.SLOW_DUPLICATED);
      }
      return;
    }
    if (awaitsReturn) {
      awaitsReturn = false;
      loop.counters.add(Count.RETURNED);
      loop.counters.time(Timing.RETURN, nowNanos - home.leftNanos);
    }
    loop.counters.add(Count.DELIVERIES);
    loop.counters.time(Timing.DELIVERY, nowNanos - Marker.dueNanos(data, marker));
    switch (sequences.see(place * loop.plan.publishers() + publisher, sequence)) {
      case NEXT -> home.arrived(publisher, room, sequence);
      case LATE -> {
        loop.counters.add(Count.REORDERED);
        home.arrived(publisher, room, sequence);
      }
      case AGAIN -> loop.counters.add(Count.DUPLICATED);
    }
  }

  private void answered(long nowNanos) {
    echoing = false;
    loop.counters.add(Count.ECHOES);
    loop.counters.time(Timing.ECHO, nowNanos - echoDueNanos);
    Long next = overdue.poll();
    Echo echo = loop.dialect.echo();
    if (next != null && echo != null) {
      echo(echo, next); // it waited for this answer, and its time counts from when it was due
    } else {
      home.answered(this);
    }
  }

  /** Remembers where the room of a publication, or the only room, is in its history. */
  private void keepPlace(byte[] data, int from, int to) {
    Place place = loop.dialect.place();
    int offset = place == null ? -1 : Octets.indexOf(data, from, to, place.offsetAfter());
    if (place == null || offset < 0) {
      return;
    }
    int marker = Marker.find(data, from, to);
    int slot =
        marker + Marker.LENGTH <= to
            ? Arrays.binarySearch(rooms, Marker.room(data, marker))
            : rooms.length == 1 ? 0 : -1;
    if (slot < 0) {
      return;
    }
    int epochAt = Octets.indexOf(data, from, to, place.epochAfter());
    if (offsets == null || epochs == null) {
      offsets = new byte[rooms.length][];
      epochs = new byte[rooms.length][];
    }
    offsets[slot] = value(data, offset + place.offsetAfter().length, to);
    if (epochAt >= 0) {
      epochs[slot] = value(data, epochAt + place.epochAfter().length, to);
    }
  }

  private boolean knowsEveryPlace() {
    return offsets != null
        && epochs != null
        && Arrays.stream(offsets).noneMatch(Objects::isNull)
        && Arrays.stream(epochs).noneMatch(Objects::isNull);
  }

  private static byte[] value(byte[] data, int from, int to) {
    int end = from;
    while (end < to && ",\"}]".indexOf(data[end]) < 0) {
      end++;
    }
    return Arrays.copyOfRange(data, from, end);
  }

  @Override
  void beforeSend(Values values, int place) {
    if (offsets != null && epochs != null && knowsEveryPlace()) {
      values.offset = offsets[place];
      values.epoch = epochs[place];
    }
  }
}
