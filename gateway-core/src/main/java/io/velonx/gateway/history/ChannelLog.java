package io.velonx.gateway.history;

import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.history.CatchUp.Failure;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The numbered publications of one channel on this node: to its subscribers in order and each once.
 *
 * <p>All there is to it: {@code last} is the offset up to which everything was given to the
 * fan-out. What comes next is given on; what came before is dropped; what comes too early is held,
 * and the log is read. One read at a time serves whatever waits: gaps, doubts and subscribers who
 * were away. A <em>doubt</em> is anything else that makes it possible that {@code last} is not what
 * it should be; it is settled by a read that began after it.
 *
 * <p>A subscriber gets his answer under the lock, and so between two publications: what he missed
 * is taken up to {@code last}, and what he is given after it begins right behind.
 *
 * <p>Threading: any thread; the lock is held for hand-overs that never wait, and never while
 * calling the backplane.
 */
final class ChannelLog {
  /** More waiting subscribers than a node has connections. */
  private static final int MAX_WAITING = 128 * 1024;

  private static final int MAX_READS = 5;

  /** In a channel that is busier than this, the next publication tells of a gap. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  /** Longer than anything waits to be sent. */
  private static final long UNPLACED_NANOS = SpoolPolicy.LONGEST.toNanos() * 2;

  private final ChannelName channel;
  private final Retention retention;
  private final LogServices services;
  private final Ring ring;
  private final Held held = new Held();
  private final Unplaced unplaced = new Unplaced();
  private final GapNotice notice;
  private List<Waiting> waiting = new ArrayList<>(1);

  /** Empty until the first read: nothing is known then. */
  private String epoch = "";

  private String formerEpoch = "";
  private long last;
  private int reads;
  private boolean reading;
  private int doubts = 1;
  private int settledDoubts;
  // The doubt of a look at a quiet channel, for which nothing spoke.
  private int quietDoubt;
  private int failures;
  private boolean pausing;
  private long heardNanos;
  private boolean forked;
  private int unusedChecks;
  // Somebody was let in without being told where he stands.
  private boolean answeredBlindly;
  // Nobody has been here since; who joins is promised nothing of what was published meanwhile.
  private boolean deserted;
  private int desertedBefore;

  ChannelLog(ChannelName channel, Retention retention, LogServices services) {
    this.channel = channel;
    this.retention = retention;
    this.services = services;
    ring = new Ring(services.budget(), retention.messages());
    notice = new GapNotice(channel, services);
    heardNanos = services.nanoTime().getAsLong();
  }

  /** Takes a publication as it comes from the backplane. */
  void accept(Position position, byte[] envelope) {
    synchronized (this) {
      if (!position.epoch().equals(epoch)) {
        if (!position.epoch().equals(formerEpoch)) {
          held.add(position, envelope, reads);
        }
      } else if (deserted && position.offset() > last) {
        held.add(position, envelope, reads);
      } else if (position.offset() == last + 1) {
        deliverNext(envelope);
        if (!held.isEmpty()) {
          releaseHeld(0, false);
        }
      } else if (position.offset() > last) {
        if (!isInDoubt()) {
          services.metrics().historyGaps.inc();
        }
        held.add(position, envelope, reads);
      } else {
        compare(position.offset(), envelope);
      }
    }
    readIfNeeded();
  }

  /**
   * Tells a subscriber where he stands.
   *
   * @param since the place up to which he has everything; null when he does not ask for more
   */
  void catchUp(@Nullable Position since, CatchUp.Answer answer) {
    synchronized (this) {
      Waiting newcomer = new Waiting(since, reads, answer);
      if (waiting.size() >= MAX_WAITING) {
        refuse(newcomer);
      } else if (isUnknown() || isInDoubt() || !answer(newcomer, null, 0)) {
        waiting.add(newcomer);
      }
    }
    readIfNeeded();
  }

  /** Tells a subscriber that nobody knows what he missed; he is told when somebody does. */
  synchronized void letIn(@Nullable Position since, CatchUp.Answer answer) {
    refuse(new Waiting(since, reads, answer));
  }

  /**
   * Gives on a publication that has no place yet.
   *
   * @param sentNanos since when it may have one and have come with it; null when it was never sent
   */
  synchronized void deliverUnplaced(byte[] envelope, @Nullable Long sentNanos) {
    if (sentNanos != null) {
      byte[] opened = Stamp.open(envelope);
      if (!ring.remembersSince(sentNanos)
          || ring.holds(placed -> Unplaced.isPlaced(opened, placed))) {
        return;
      }
    }
    // Who does not get it now gets it with its place.
    if (services.outlet().hasSubscribers(channel)
        && services.outlet().publish(channel, envelope, Delivery.NUMBERED)) {
      unplaced.add(envelope, services.nanoTime().getAsLong());
    }
  }

  /** Says that a publication will never have a place. */
  synchronized void forgetUnplaced(byte[] envelope) {
    unplaced.remove(envelope);
  }

  /** Says which place a publication has that was given on without one. */
  synchronized void place(byte[] envelope, Position place) {
    unplaced.place(envelope, place);
    unplaced.forgetPassed(epoch, last, formerEpoch);
  }

  synchronized boolean hasUnplaced() {
    return !unplaced.isEmpty();
  }

  /** Hands over what was given on without a place, under the lock. */
  synchronized void giveUnplaced(Consumer<List<byte[]>> taker) {
    taker.accept(unplaced.all());
  }

  /** Runs {@code done} when there is no doubt, or none that a read settles. */
  void settle(Runnable done) {
    boolean settled;
    synchronized (this) {
      settled = isUnknown() || !isInDoubt();
      pausing &= settled;
    }
    if (settled) {
      done.run();
    } else {
      catchUp(null, at -> done.run());
    }
  }

  /** Says that publications may have been missed, and that reading may work. */
  void doubt() {
    synchronized (this) {
      doubts++;
      pausing = false;
    }
    readIfNeeded();
  }

  /** Says that the last subscriber may be gone: what is published now goes unheard. */
  void left() {
    synchronized (this) {
      if (!deserted && !services.outlet().hasSubscribers(channel)) {
        deserted = true;
        desertedBefore = reads;
      }
    }
    doubt();
  }

  /** Looks after the log from time to time: a channel that went quiet may have gone deaf. */
  void check() {
    synchronized (this) {
      long now = services.nanoTime().getAsLong();
      ring.forgetBefore(now - retention.age().toNanos());
      unplaced.forgetBefore(now - UNPLACED_NANOS);
      notice.tell();
      if (now - heardNanos > QUIET_NANOS) {
        quietDoubt = isInDoubt() ? 0 : doubts + 1;
        doubts++;
      }
      unusedChecks = services.outlet().hasSubscribers(channel) ? 0 : unusedChecks + 1;
    }
    readIfNeeded();
  }

  /** Whether nobody has been subscribed for a while. */
  synchronized boolean isUnused() {
    return unusedChecks > 1;
  }

  /**
   * The newest publications before an offset.
   *
   * @param before null for the newest of all
   * @return null when they are not all at hand
   */
  synchronized @Nullable HistoryPage recent(@Nullable Long before, int limit) {
    if (epoch.isEmpty() || isInDoubt()) {
      return null;
    }
    long end = before == null ? last : Math.min(before - 1, last);
    long from = Math.max(0, end - limit);
    if (!ring.covers(from)) {
      return null;
    }
    List<byte[]> messages = ring.after(from).subList(0, (int) Math.max(0, end - from));
    return new HistoryPage(messages, from > 0);
  }

  /** Gives back what it holds. */
  synchronized void close() {
    ring.restart(last);
  }

  private @Nullable Position position() {
    return isUnknown() ? null : new Position(epoch, last);
  }

  /** Whether nobody here was ever promised what follows {@code last}. */
  private boolean isUnknown() {
    return epoch.isEmpty() || deserted;
  }

  private boolean isInDoubt() {
    return doubts != settledDoubts || !held.isEmpty();
  }

  /** A read may have been faster than the bus; or an old copy of the log took over. */
  private void compare(long offset, byte[] envelope) {
    byte[] known = ring.at(offset);
    if (known == null) {
      doubts++;
    } else if (!Arrays.equals(known, envelope)) {
      doubts++;
      forked = true;
    }
  }

  private void deliverNext(byte[] envelope) {
    last++;
    heardNanos = services.nanoTime().getAsLong();
    ring.add(envelope, heardNanos);
    notice.tell();
    boolean told =
        unplaced.take(envelope)
            ? notice.tellPlace(epoch, last)
            : services.outlet().publish(channel, envelope, Delivery.NUMBERED);
    if (!told) {
      notice.add(epoch, last, last);
    }
  }

  private void readIfNeeded() {
    long after;
    Position seen;
    int number;
    int answersDoubts;
    synchronized (this) {
      // Who comes to a deserted log asks for an answer, once publications arrive.
      boolean due = isInDoubt() && !pausing && (!deserted || answeredBlindly);
      boolean wanted = due && services.outlet().hasSubscribers(channel);
      if (reading || (!wanted && waiting.isEmpty())) {
        return;
      }
      reading = true;
      number = ++reads;
      answersDoubts = doubts;
      after = wantedAfter();
      seen = seen();
    }
    int limit = after == Long.MAX_VALUE ? 0 : retention.messages();
    services
        .backplane()
        .read(LogKey.of(channel), limit == 0 ? 0 : after, limit, seen)
        .whenComplete(
            (slice, failure) -> {
              boolean deaf = false;
              synchronized (this) {
                reading = false;
                services.metrics().historyReads.inc();
                if (failure == null && deserted && number <= desertedBefore) {
                  // Too old to say what those who came since have missed.
                  failures = 0;
                } else if (failure == null) {
                  failures = 0;
                  settledDoubts = answersDoubts;
                  // The bus would have brought it long ago.
                  deaf = answersDoubts == quietDoubt && slice.epoch().equals(epoch);
                  deaf &= slice.tip() > last && !deserted;
                  take(slice, number);
                } else {
                  failed();
                }
              }
              if (failure == null) {
                readIfNeeded();
              }
              // Otherwise topics are on their way back by themselves.
              if (deaf && services.backplane().state() == BackplaneState.UP) {
                services.metrics().topicsDeaf.inc();
                services.backplane().resubscribe(channel);
              }
            });
  }

  /** What the log must have reached. One that gave out an offset twice must begin anew. */
  private @Nullable Position seen() {
    if (epoch.isEmpty()) {
      return null;
    }
    return new Position(epoch, forked ? Long.MAX_VALUE : Math.max(last, held.highest(epoch)));
  }

  /** Behind which offset something is missing; {@link Long#MAX_VALUE} when nothing is. */
  private long wantedAfter() {
    long after = isUnknown() ? Long.MAX_VALUE : last;
    for (Waiting each : waiting) {
      Position since = each.since;
      if (since != null && (epoch.isEmpty() || since.epoch().equals(epoch))) {
        after = Math.min(after, since.offset());
      }
    }
    return after;
  }

  private void take(LogSlice slice, int read) {
    if (isUnknown()) {
      begin(slice);
    } else if (!slice.epoch().equals(epoch)) {
      beginAnew(slice);
      releaseHeld(read, false);
      answerWaiting(null, read);
      return;
    }
    deliverMissing(slice);
    ring.backfill(slice.first(), slice.entries(), services.nanoTime().getAsLong());
    unplaced.forgetPassed(epoch, last, formerEpoch);
    if (last < slice.tip()) {
      doubts++;
    }
    releaseHeld(read, last >= slice.tip());
    answerWaiting(slice, read);
  }

  /** What was published before anybody here listened is promised to nobody. */
  private void begin(LogSlice slice) {
    deserted = false;
    long firstHeld = held.lowest(slice.epoch());
    long begin = firstHeld == Long.MAX_VALUE ? slice.tip() : firstHeld - 1;
    boolean unchanged = slice.epoch().equals(epoch) && begin == last;
    if (!unchanged) {
      rename(slice.epoch());
      last = begin;
      ring.restart(last);
    }
    releaseHeld(0, false);
    if (answeredBlindly) {
      answeredBlindly = false;
      services.metrics().historyLost.inc();
      notice.addUnknown(slice.epoch());
      notice.tell();
    }
  }

  /** The history that was is lost; what there is of the new one is read from its beginning. */
  private void beginAnew(LogSlice slice) {
    rename(slice.epoch());
    // What else is held is of histories that came and went unseen.
    held.removeIf(entry -> !entry.position().epoch().equals(epoch));
    last = 0;
    ring.restart(0);
    if (slice.tip() > 0) {
      doubts++;
    }
    services.metrics().historyLost.inc();
    notice.addUnknown(slice.epoch());
    notice.tell();
  }

  private void rename(String newEpoch) {
    if (!newEpoch.equals(epoch)) {
      forked = false;
      formerEpoch = epoch;
      epoch = newEpoch;
    }
  }

  private void deliverMissing(LogSlice slice) {
    long offset = slice.first();
    if (slice.tip() > last && offset > last + 1) {
      services.metrics().historyLost.inc();
      notice.add(slice.epoch(), last + 1, offset - 1);
      notice.tell();
      last = offset - 1;
      ring.restart(last);
    }
    for (byte[] envelope : slice.entries()) {
      if (offset == last + 1) {
        services.metrics().historyRepaired.inc();
        deliverNext(envelope);
      }
      offset++;
    }
  }

  /**
   * Gives on what was held and is next now.
   *
   * @param read the read just taken; 0 for none
   * @param complete it reached the end of the log: what was held before it and is not in it, is no
   *     publication of ours
   */
  private void releaseHeld(int read, boolean complete) {
    held.removeIf(
        entry -> {
          Position position = entry.position();
          boolean ours = position.epoch().equals(epoch);
          if (ours && position.offset() == last + 1) {
            deliverNext(entry.envelope());
            return true;
          }
          if ((ours && position.offset() <= last) || position.epoch().equals(formerEpoch)) {
            return true;
          }
          boolean foreign = complete && entry.read() < read;
          if (foreign && !unplaced.take(entry.envelope())) {
            services.outlet().publish(channel, entry.envelope(), Delivery.DURABLE);
          }
          return foreign;
        });
  }

  private void answerWaiting(@Nullable LogSlice slice, int read) {
    List<Waiting> asked = waiting;
    waiting = new ArrayList<>(1);
    for (Waiting each : asked) {
      if (!answer(each, slice, read)) {
        waiting.add(each);
      }
    }
  }

  /**
   * Answers if that is possible now.
   *
   * @param slice what was read last, at most up to {@code last}; null for nothing
   * @param read the number of that read: who asked before it began was regarded in it
   */
  private boolean answer(Waiting asked, @Nullable LogSlice slice, int read) {
    Position since = asked.since;
    if (since == null) {
      give(asked, List.of(), null);
      return true;
    }
    boolean regarded = asked.read < read;
    if (!since.epoch().equals(epoch)) {
      return fail(asked, Failure.EPOCH);
    }
    if (since.offset() > last) {
      return regarded && !isInDoubt() && fail(asked, Failure.EPOCH);
    }
    List<byte[]> missed = missed(since.offset(), slice);
    if (missed != null) {
      give(asked, missed, null);
      return true;
    }
    boolean forgotten = slice != null && slice.oldest() > since.offset() + 1;
    if (regarded && forgotten) {
      return fail(asked, Failure.WINDOW);
    }
    // Publications outrun the reads, and the ring is too small to bridge that.
    return read - asked.read > MAX_READS && fail(asked, Failure.SIZE);
  }

  private @Nullable List<byte[]> missed(long after, @Nullable LogSlice slice) {
    if (ring.covers(after)) {
      services.metrics().ringHits.inc();
      return ring.after(after);
    }
    if (slice == null) {
      services.metrics().ringMisses.inc();
      return null;
    }
    long end = slice.first() + slice.entries().size() - 1;
    if (slice.first() > after + 1 || (end < last && !ring.covers(end))) {
      return null;
    }
    int from = (int) (after + 1 - slice.first());
    List<byte[]> missed =
        new ArrayList<>(
            slice.entries().subList(from, (int) (Math.min(end, last) + 1 - slice.first())));
    if (end < last) {
      missed.addAll(ring.after(end));
    }
    return missed;
  }

  private boolean fail(Waiting asked, Failure failure) {
    give(asked, List.of(), failure);
    return true;
  }

  /** Who did not ask for more has been given what has no place when he came. */
  private void give(Waiting asked, List<byte[]> missed, @Nullable Failure failure) {
    List<byte[]> behind = asked.since == null ? List.of() : unplaced.allBut(missed);
    asked.answer.give(new CatchUp(position(), missed, failure, behind));
  }

  private void refuse(Waiting asked) {
    answeredBlindly |= isUnknown();
    if (asked.since == null) {
      give(asked, List.of(), null);
    } else {
      fail(asked, Failure.UNAVAILABLE);
    }
  }

  private void failed() {
    List<Waiting> asked = waiting;
    waiting = new ArrayList<>(1);
    asked.forEach(this::refuse);
    failures++;
    if (!pausing) {
      pausing = true;
      long millis = Math.min(LONGEST_PAUSE.toMillis(), 500L << Math.min(failures, 10));
      services.later(Duration.ofMillis(millis), this::goOn);
    }
  }

  private void goOn() {
    synchronized (this) {
      pausing = false;
    }
    readIfNeeded();
  }

  /** A subscriber who wants to know where he stands. */
  private static final class Waiting {
    private final @Nullable Position since;
    private final int read;
    private final CatchUp.Answer answer;

    Waiting(@Nullable Position since, int read, CatchUp.Answer answer) {
      this.since = since;
      this.read = read;
      this.answer = answer;
    }
  }
}
