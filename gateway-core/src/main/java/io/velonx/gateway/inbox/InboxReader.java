package io.velonx.gateway.inbox;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.Push;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an inbox to one connection: in the order of offsets, each once, and never more ahead of the
 * acknowledgements than a window.
 *
 * <p>The log is the truth, and a push is only a short cut to its newest entry: one that is not the
 * very next, or comes while the log is being read, makes the reader look into the log again. So
 * nothing is held back, and a push that is lost, late or twice does no harm.
 *
 * <p>Threading: event loop of the connection, except {@link #push} and {@link #look}. All of it
 * runs in the queue of the fan-out, whose batches flush what is written here.
 */
final class InboxReader {
  /** So many messages may be on their way unacknowledged. */
  static final int WINDOW = 64;

  /** So many are read at once, that an answer stays small. */
  private static final int PAGE = 16;

  /** Until it tries again what failed; not sooner, for then the backplane has other worries. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /** The place that all clients share which name no device; no device has such a name. */
  private static final String SHARED = "*";

  private final Connection connection;
  private final InboxServices services;
  private final LogKey log;
  private final String name;
  private final ArrayDeque<Long> inFlight = new ArrayDeque<>();

  /** A look is planned. Threading: any thread; two are no harm. */
  private volatile boolean lookPlanned;

  private State state = State.OPENING;
  private String epoch = "";
  private long sent;

  /** The log may hold more than was sent. */
  private boolean behind = true;

  private boolean reading;

  InboxReader(Connection connection, @Nullable String device, InboxServices services) {
    this.connection = connection;
    this.services = services;
    log = LogKey.ofUser(connection.principal().userId());
    name = device == null ? SHARED : device;
  }

  /** As {@link Inbox#open}. */
  void open(@Nullable Position since, Consumer<@Nullable Position> answer) {
    // What is posted before this node is known to have the user is not pushed to it. From then on
    // everything is, so what was posted before is in the log when it is read.
    services
        .presence()
        .whenOnline(connection.principal().userId())
        .thenCompose(online -> services.backplane().mark(log, name, since))
        .whenComplete(
            (bookmark, failure) -> run(() -> opened(failure == null ? bookmark : null, answer)));
  }

  /** Takes a message that was pushed. Threading: any thread. */
  void push(Position position, PreparedFrame frame) {
    // Waiting pushes count against the queue of the fan-out; what it refuses is in the log.
    if (!services.fanout().bring(connection, frame.retain(), () -> pushed(position, frame))) {
      lookLater();
    }
  }

  /**
   * Looks into the log once what is pushed from then on reaches this node. Threading: any thread.
   */
  void lookOnceOnline() {
    services
        .presence()
        .whenOnline(connection.principal().userId())
        .whenComplete((online, failure) -> look());
  }

  /** Looks into the log for what was not pushed. Threading: any thread. */
  void look() {
    run(
        () -> {
          behind = true;
          readOn();
        });
  }

  /** As {@link Inbox#acknowledge}. */
  @Nullable CompletionStage<Bookmark> acknowledge(@Nullable String itsEpoch, long offset) {
    boolean elsewhere = itsEpoch != null && !itsEpoch.equals(epoch);
    if (state != State.OPEN || elsewhere || offset > sent) {
      return null;
    }
    for (Long first = inFlight.peek(); first != null && first <= offset; first = inFlight.peek()) {
      inFlight.remove();
      services.metrics().inboxAcknowledged.inc();
    }
    // What was withheld behind it goes with it.
    long upTo = inFlight.isEmpty() ? sent : offset;
    CompletionStage<Bookmark> marked =
        services.backplane().mark(log, name, new Position(epoch, upTo));
    readOn();
    return marked;
  }

  /** The connection is gone. */
  void end() {
    state = State.ENDED;
    services.metrics().inboxReturned.inc(inFlight.size());
    inFlight.clear();
  }

  private void opened(@Nullable Bookmark bookmark, Consumer<@Nullable Position> answer) {
    if (state == State.ENDED) {
      return;
    }
    if (bookmark == null) {
      end();
      answer.accept(null);
      return;
    }
    state = State.OPEN;
    epoch = bookmark.position().epoch();
    sent = bookmark.position().offset();
    answer.accept(bookmark.position());
    if (bookmark.lost()) {
      tellGap(null, null);
    }
    readOn();
  }

  private void pushed(Position position, PreparedFrame frame) {
    boolean known = position.epoch().equals(epoch) && position.offset() <= sent;
    boolean next = position.epoch().equals(epoch) && position.offset() == sent + 1;
    if (state == State.OPEN && next && !behind && !reading && hasRoomFor(frame.sizeBytes())) {
      deliver(frame);
    } else if (!known) {
      behind = true;
    }
    readOn();
  }

  private void readOn() {
    if (state == State.OPEN
        && behind
        && !reading
        && inFlight.size() < WINDOW
        && connection.isOpen()) {
      behind = false;
      reading = true;
      int most = Math.min(PAGE, WINDOW - inFlight.size());
      services
          .backplane()
          .read(log, sent, most, new Position(epoch, sent))
          .whenComplete((slice, failure) -> run(() -> read(failure == null ? slice : null)));
    }
  }

  private void read(@Nullable LogSlice slice) {
    if (state != State.OPEN) {
      return;
    }
    if (slice != null && (!slice.epoch().equals(epoch) || slice.first() > sent + 1)) {
      // Begun anew, or gone: perhaps because another client with this name acknowledged it, perhaps
      // because a fail-over forgot its place and others went on. Asking also takes a place in a new
      // log, before others acknowledge there and it forgets.
      Position has = slice.epoch().equals(epoch) ? new Position(epoch, acknowledged()) : null;
      services
          .backplane()
          .mark(log, name, has)
          .whenComplete((at, failure) -> run(() -> jump(slice, failure == null ? at : null)));
      return;
    }
    reading = false;
    if (slice == null) {
      behind = true;
      lookLater();
    } else {
      deliver(slice);
    }
  }

  /** What was written may be on its way to a client that is gone. */
  private long acknowledged() {
    Long first = inFlight.peek();
    return first == null ? sent : first - 1;
  }

  private void jump(LogSlice slice, @Nullable Bookmark bookmark) {
    reading = false;
    if (state != State.OPEN) {
      return;
    }
    if (bookmark == null) {
      behind = true;
      lookLater();
      return;
    }
    Position at = bookmark.position();
    if (!at.epoch().equals(epoch)) {
      beginAnew(at);
    } else if (slice.epoch().equals(epoch)) {
      long from = (bookmark.lost() ? sent : Math.max(at.offset(), sent)) + 1;
      if (from < slice.first()) {
        services.metrics().inboxOverflow.inc(slice.first() - from);
        tellGap(from, slice.first() - 1);
      }
      sent = slice.first() - 1;
      deliver(slice);
    } else {
      // The log has changed twice in between.
      behind = true;
      lookLater();
    }
  }

  /** What the log held is lost; nobody knows how much of it was not delivered. */
  private void beginAnew(Position at) {
    epoch = at.epoch();
    sent = at.offset();
    inFlight.clear();
    behind = true;
    tellGap(null, null);
    readOn();
  }

  private void deliver(LogSlice slice) {
    for (byte[] envelope : slice.entries()) {
      if (!hasRoomFor(envelope.length)) {
        // The next acknowledgement shows that there is room again.
        behind = true;
        return;
      }
      PreparedFrame frame = frame(envelope);
      deliver(frame);
      frame.release();
    }
    behind |= sent < slice.tip();
    readOn();
  }

  /** A window of large messages can be more than may wait for a reader; one of them never is. */
  private boolean hasRoomFor(int octets) {
    return inFlight.isEmpty() || (inFlight.size() < WINDOW && connection.hasRoomFor(octets));
  }

  private void deliver(PreparedFrame frame) {
    OfferResult result = offer(frame);
    if (result == OfferResult.WRITTEN) {
      sent++;
      inFlight.add(sent);
      services.metrics().inboxDelivered.inc();
      services.metrics().deliveries.inc();
    } else if (result == OfferResult.WITHHELD) {
      sent++;
      services.metrics().withheld.inc();
      if (inFlight.isEmpty()) {
        // Nobody will acknowledge it.
        services.backplane().mark(log, name, new Position(epoch, sent));
      }
    }
  }

  private void tellGap(@Nullable Long from, @Nullable Long to) {
    PreparedFrame frame =
        frame(EnvelopeWriter.write(new Push.Gap(Push.InboxAt.CHANNEL, epoch, from, to, false)));
    offer(frame);
    frame.release();
  }

  private OfferResult offer(PreparedFrame frame) {
    OfferResult result = connection.offer(frame);
    if (result == OfferResult.CLOSED_SLOW) {
      services.metrics().closed(CloseReason.SLOW_CONSUMER.code());
    }
    return result;
  }

  private static PreparedFrame frame(byte[] envelope) {
    return PreparedFrame.text(ByteBufAllocator.DEFAULT, envelope, Delivery.DURABLE);
  }

  private void lookLater() {
    if (!lookPlanned) {
      lookPlanned = true;
      connection
          .socketChannel()
          .eventLoop()
          .schedule(
              () -> {
                lookPlanned = false;
                look();
              },
              PAUSE.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  private void run(Runnable task) {
    services.fanout().run(connection, task);
  }

  private enum State {
    OPENING,
    OPEN,
    ENDED
  }
}
