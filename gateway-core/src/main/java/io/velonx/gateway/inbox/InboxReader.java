package io.velonx.gateway.inbox;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.Push;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** Pushes that wait for the event loop; of more than that, only their arrival is remembered. */
  private static final int MAX_PUSHES = 256;

  /** The place that all clients share which name no device; no device has such a name. */
  private static final String SHARED = "*";

  private final Connection connection;
  private final InboxServices services;
  private final LogKey log;
  private final String name;
  private final ArrayDeque<Long> inFlight = new ArrayDeque<>();
  private final AtomicInteger pushes = new AtomicInteger();
  private volatile boolean pushMissed;

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
  void push(Position position, byte[] envelope) {
    if (pushes.incrementAndGet() <= MAX_PUSHES) {
      run(
          () -> {
            pushes.decrementAndGet();
            pushed(position, envelope);
          });
      return;
    }
    pushMissed = true;
    if (pushes.decrementAndGet() == 0) {
      // All that waited have gone, perhaps without seeing the line above.
      look();
    }
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
  @Nullable CompletionStage<Bookmark> acknowledge(long offset) {
    if (state != State.OPEN || offset > sent) {
      return null;
    }
    for (Long first = inFlight.peek(); first != null && first <= offset; first = inFlight.peek()) {
      inFlight.remove();
      services.metrics().inboxAcknowledged.inc();
    }
    CompletionStage<Bookmark> marked =
        services.backplane().mark(log, name, new Position(epoch, offset));
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

  private void pushed(Position position, byte[] envelope) {
    if (pushMissed) {
      pushMissed = false;
      behind = true;
    }
    boolean known = position.epoch().equals(epoch) && position.offset() <= sent;
    boolean next = position.epoch().equals(epoch) && position.offset() == sent + 1;
    if (state == State.OPEN && next && !behind && !reading && hasRoomFor(envelope)) {
      deliver(envelope);
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
    if (slice != null && slice.epoch().equals(epoch) && slice.first() > sent + 1) {
      // Gone, but perhaps because another client with this name acknowledged it.
      services
          .backplane()
          .mark(log, name, null)
          .whenComplete((at, failure) -> run(() -> jump(slice, failure == null ? at : null)));
      return;
    }
    reading = false;
    if (slice == null) {
      // The next push, acknowledgement or look tries again.
      behind = true;
    } else if (slice.epoch().equals(epoch)) {
      deliver(slice);
    } else {
      beginAnew(slice.epoch());
    }
  }

  private void jump(LogSlice slice, @Nullable Bookmark bookmark) {
    reading = false;
    if (bookmark == null) {
      behind = true;
      return;
    }
    Position at = bookmark.position();
    long from = (at.epoch().equals(epoch) ? Math.max(at.offset(), sent) : sent) + 1;
    if (from < slice.first()) {
      services.metrics().inboxOverflow.inc(slice.first() - from);
      tellGap(from, slice.first() - 1);
    }
    sent = slice.first() - 1;
    deliver(slice);
  }

  /** What the log held is lost; nobody knows how much of it was not delivered. */
  private void beginAnew(String newEpoch) {
    epoch = newEpoch;
    sent = 0;
    inFlight.clear();
    behind = true;
    tellGap(null, null);
    readOn();
  }

  private void deliver(LogSlice slice) {
    for (byte[] envelope : slice.entries()) {
      if (!hasRoomFor(envelope)) {
        // The next acknowledgement shows that there is room again.
        behind = true;
        return;
      }
      deliver(envelope);
    }
    behind |= sent < slice.tip();
    readOn();
  }

  /** A window of large messages can be more than may wait for a reader; one of them never is. */
  private boolean hasRoomFor(byte[] envelope) {
    return inFlight.isEmpty()
        || (inFlight.size() < WINDOW && connection.hasRoomFor(envelope.length));
  }

  private void deliver(byte[] envelope) {
    if (offer(envelope) == OfferResult.WRITTEN) {
      sent++;
      inFlight.add(sent);
      services.metrics().inboxDelivered.inc();
      services.metrics().deliveries.inc();
    }
  }

  private void tellGap(@Nullable Long from, @Nullable Long to) {
    offer(EnvelopeWriter.write(new Push.Gap(Push.InboxAt.CHANNEL, epoch, from, to, false)));
  }

  private OfferResult offer(byte[] envelope) {
    PreparedFrame frame = PreparedFrame.text(ByteBufAllocator.DEFAULT, envelope, Delivery.DURABLE);
    try {
      return connection.offer(frame);
    } finally {
      frame.release();
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
