package io.velonx.gateway.fanout;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.fanout.Line.Entry;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.LogThrottle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fan-out of one event loop: a queue of publications, and the walks that empty it.
 *
 * <p>The loop works in slices. What was offered is sorted into a line for each channel; a slice
 * takes a <em>run</em>, all that waits for one channel, and walks the subscribers once for the
 * whole run; after {@value #WRITES_PER_SLICE} writes it flushes what it touched and lets the loop
 * read its sockets before it goes on. So the batch grows just when the loop is behind, an idle loop
 * adds no delay, and a crowd starves nobody.
 *
 * <p>Order: one queue, one line for each channel, one walk at a time, runs from the front;
 * therefore each subscriber sees the publications of a channel in the order in which they were
 * offered. Between channels there is no order.
 *
 * <p>Bound: the queue takes {@code maxQueuedBytes}; beyond that a publication is refused and
 * counted.
 */
public final class FanoutLoop {
  /** About a millisecond of work: longer slices would be felt by who pings on a busy loop. */
  static final int WRITES_PER_SLICE = 256;

  /** The most frames in one run; keeps what a run holds and one reader's share of it small. */
  static final int MAX_RUN_FRAMES = 64;

  /** How many slices have one whose end is looked at the clock for; a power of two. */
  static final int TIMED_EVERY = 16;

  /** How many entries are sorted at a time: some 50 microseconds, even of the smallest. */
  private static final int MAX_SORTED = 1024;

  /** Lines that are kept for channels to come. */
  private static final int MAX_SPARE_LINES = 1024;

  private static final Logger log = LoggerFactory.getLogger(FanoutLoop.class);

  private final EventLoop eventLoop;
  private final int index;
  private final long maxQueuedBytes;
  private final GatewayMetrics metrics;
  private final LongSupplier nanoClock;
  private final MpscUnboundedArrayQueue<Entry> queue = new MpscUnboundedArrayQueue<>(1024);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  // Where something waits, each line once, in the order in which they are served.
  private final ArrayDeque<Line> turns = new ArrayDeque<>();
  private final ArrayDeque<Line> spareLines = new ArrayDeque<>();
  private final List<Connection> touched = new ArrayList<>();
  private final LogThrottle faultLog = new LogThrottle();
  private final Runnable slice = this::slice;
  private final Runnable schedule = this::schedule;

  private volatile @Nullable Cost cost;

  // The slice, and the walk in progress.
  private int slices;
  private int span;
  private int budget;
  private FrameRun run;
  private @Nullable Subscribers walked;
  private int next;
  private int end;

  /**
   * @param index the place of the event loop among the node's loops
   */
  public FanoutLoop(EventLoop eventLoop, int index, long maxQueuedBytes, GatewayMetrics metrics) {
    this(eventLoop, index, maxQueuedBytes, metrics, System::nanoTime);
  }

  FanoutLoop(
      EventLoop eventLoop,
      int index,
      long maxQueuedBytes,
      GatewayMetrics metrics,
      LongSupplier nanoClock) {
    this.eventLoop = eventLoop;
    this.index = index;
    this.maxQueuedBytes = maxQueuedBytes;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.run = new FrameRun(MAX_RUN_FRAMES);
  }

  /** Octets waiting. Threading: any thread. */
  public long queuedBytes() {
    return queuedBytes.get();
  }

  /** What all fan-out cost in that span; null when nothing is known. Threading: any thread. */
  @Nullable Cost cost(int wanted) {
    return Cost.find(wanted, cost);
  }

  /**
   * Releases what is left. To be called once the event loop has ended and nobody offers any more.
   */
  public void releaseAll() {
    if (walked != null) {
      walked = null;
      run.release();
    }
    for (Line line = turns.poll(); line != null; line = turns.poll()) {
      for (Entry entry = line.poll(); entry != null; entry = line.poll()) {
        releaseFrame(entry);
      }
    }
    for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
      releaseFrame(entry);
    }
  }

  private static void releaseFrame(Entry entry) {
    PreparedFrame frame = entry.frame();
    if (frame != null) {
      frame.release();
    }
  }

  /**
   * Ownership: takes one reference. Threading: any thread.
   *
   * @return false when it was refused
   */
  boolean offer(LocalChannel channel, PreparedFrame frame) {
    return enqueue(new Entry(channel, null, frame, null), frame);
  }

  /** Ownership: takes one reference. Threading: any thread. */
  void offer(Connection connection, PreparedFrame frame) {
    enqueue(new Entry(null, connection, frame, null), frame);
  }

  /** As {@link Fanout#bring}. */
  boolean bring(Connection connection, PreparedFrame frame, Runnable task) {
    return enqueue(new Entry(null, connection, frame, task), frame);
  }

  /** Never refused, as there is at most one for each command. Threading: any thread. */
  void run(@Nullable LocalChannel channel, Connection connection, Runnable task) {
    if (!eventLoop.isShuttingDown()) {
      enqueue(new Entry(channel, connection, null, task));
    }
  }

  private boolean enqueue(Entry entry, PreparedFrame frame) {
    int size = frame.sizeBytes();
    if (queuedBytes.addAndGet(size) > maxQueuedBytes || eventLoop.isShuttingDown()) {
      queuedBytes.addAndGet(-size);
      frame.release();
      metrics.overflows.inc();
      return false;
    }
    enqueue(entry);
    return true;
  }

  private void enqueue(Entry entry) {
    queue.offer(entry);
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      eventLoop.execute(schedule);
    }
  }

  /**
   * Runs the next slice after the loop has looked at its sockets. A plain task that queues itself
   * would not do: the loop empties its task queue for up to a second before it reads again.
   */
  private void schedule() {
    if (eventLoop instanceof SingleThreadEventLoop loop) {
      loop.executeAfterEventLoopIteration(slice);
    } else {
      eventLoop.execute(slice);
    }
  }

  private void slice() {
    long begin = nanoClock.getAsLong();
    span = Cost.spanOf(begin);
    try {
      budget = WRITES_PER_SLICE;
      sort();
      while (budget > 0 && (walked != null || beginRun())) {
        walk();
      }
    } catch (RuntimeException failure) {
      fault(failure);
    }
    flushTouched();
    if (++slices % TIMED_EVERY == 0) {
      costInSpan().addNanos(TIMED_EVERY * (nanoClock.getAsLong() - begin));
    }
    if (walked != null || !turns.isEmpty() || !queue.isEmpty()) {
      eventLoop.execute(schedule);
      return;
    }
    scheduled.set(false);
    // Whoever offered between the look and the line above saw the flag still up.
    if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
      eventLoop.execute(schedule);
    }
  }

  /** Goes on with the walk in progress, if there is one, as far as the budget allows. */
  private void walk() {
    Subscribers subscribers = walked;
    if (subscribers == null) {
      return;
    }
    // With nothing else to write, each connection is looked at once instead of twice.
    boolean alone = turns.isEmpty();
    long written = 0;
    while (next < end && budget > 0) {
      Connection connection = subscribers.at(next++);
      if (connection != null) {
        written += run.offerTo(connection, metrics);
        if (alone) {
          connection.flushTouched();
        } else {
          touch(connection);
        }
        budget--;
      } else {
        written += offerToWhoCatchesUp(subscribers.catchingUpAt(next - 1));
      }
    }
    metrics.deliveries.inc(written);
    run.charge(subscribers, costInSpan(), span);
    if (next >= end) {
      subscribers.endWalk();
      walked = null;
      run.release();
    }
  }

  private Cost costInSpan() {
    Cost latest = cost;
    Cost found = Cost.in(span, latest);
    if (found != latest) {
      cost = found;
    }
    return found;
  }

  private int offerToWhoCatchesUp(@Nullable Connection connection) {
    if (connection == null) {
      return 0;
    }
    touch(connection);
    budget--;
    return run.offerUnnumberedTo(connection, metrics);
  }

  /**
   * Gives up the walk that failed, and the frames of its run: they are not to be trusted, not even
   * to be released. What waits behind them is delivered.
   */
  private void fault(RuntimeException failure) {
    metrics.faults.inc();
    if (faultLog.mayLog()) {
      log.error("fan-out failed loop={} suppressed={}", index, faultLog.suppressed(), failure);
    }
    if (walked != null) {
      walked.endWalk();
      walked = null;
    }
    run = new FrameRun(MAX_RUN_FRAMES);
  }

  /**
   * Puts what was offered into the lines of its channels, so that one walk serves all that waits
   * for a channel, whatever was offered for others in between. What concerns no channel is done
   * here and now.
   */
  private void sort() {
    for (int i = 0; i < MAX_SORTED && budget > 0; i++) {
      Entry entry = queue.relaxedPoll();
      if (entry == null) {
        return;
      }
      LocalChannel channel = entry.channel();
      Subscribers subscribers = channel == null ? null : channel.subscribers(index);
      if (subscribers == null) {
        serve(entry);
      } else {
        lineOf(subscribers).add(entry);
      }
    }
  }

  private Line lineOf(Subscribers subscribers) {
    Line line = subscribers.line();
    if (line == null) {
      line = spareLines.isEmpty() ? new Line() : spareLines.pop();
      line.assign(subscribers);
      turns.add(line);
    }
    return line;
  }

  /**
   * Serves the line whose turn it is: its frames become a run, and the walk begins.
   *
   * @return false when nothing waits
   */
  private boolean beginRun() {
    if (turns.isEmpty()) {
      sort();
    }
    Line line = turns.poll();
    if (line == null) {
      return false;
    }
    Subscribers subscribers = line.subscribers();
    Entry first = line.peek();
    if (subscribers == null || first == null) {
      return true;
    }
    if (first.frame() == null || subscribers.size() == 0) {
      line.poll();
      queueAgain(line);
      serve(first);
    } else {
      collect(line);
      queueAgain(line);
      run.seal(ByteBufAllocator.DEFAULT);
      walked = subscribers;
      next = 0;
      end = subscribers.beginWalk();
    }
    return true;
  }

  private void queueAgain(Line line) {
    if (!line.isEmpty()) {
      turns.add(line);
    } else {
      line.resign();
      if (spareLines.size() < MAX_SPARE_LINES) {
        spareLines.push(line);
      }
    }
  }

  /** Fills the run with frames from the front of the line. */
  private void collect(Line line) {
    for (Entry entry = line.peek(); entry != null; entry = line.peek()) {
      PreparedFrame frame = entry.frame();
      if (frame == null || !(run.isEmpty() || run.hasRoomFor(frame))) {
        break;
      }
      line.poll();
      queuedBytes.addAndGet(-frame.sizeBytes());
      run.add(frame);
    }
  }

  /** Does what no walk is needed for. */
  private void serve(Entry entry) {
    budget--;
    PreparedFrame frame = entry.frame();
    Connection connection = entry.connection();
    Runnable task = entry.task();
    if (frame != null) {
      queuedBytes.addAndGet(-frame.sizeBytes());
      if (connection == null) {
        // Nobody is subscribed any more.
        frame.release();
      } else if (task != null) {
        touch(connection);
        task.run();
        frame.release();
      } else {
        deliverToOne(connection, frame);
      }
    } else if (task != null && connection != null) {
      touch(connection);
      task.run();
    }
  }

  private void deliverToOne(Connection connection, PreparedFrame frame) {
    boolean written = FrameRun.wasWritten(connection.offer(frame), metrics);
    int size = frame.sizeBytes();
    frame.release();
    if (written) {
      metrics.deliveries.inc();
      costInSpan().add(0, 1, 1, size);
      touch(connection);
    }
  }

  private void touch(Connection connection) {
    if (connection.markTouched()) {
      touched.add(connection);
    }
  }

  private void flushTouched() {
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flushTouched();
    }
    touched.clear();
  }
}
