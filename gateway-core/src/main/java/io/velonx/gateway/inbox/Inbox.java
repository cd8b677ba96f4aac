package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.protocol.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this node that read their user's inbox. Those that never asked for it get what
 * is pushed, and nothing else. Threading: any thread, except where a method says otherwise.
 */
public final class Inbox {
  /**
   * In this time each reader looks once for what nobody pushed to it: a node may have ended, or
   * lost its link, between keeping a message and pushing it. All other reasons to look are told, so
   * this is seldom; 18,000 readers make 150 reads a second.
   */
  public static final Duration ROUND = Duration.ofMinutes(2);

  /** How many look in one second after pushes may have been missed; a few ms of Redis. */
  private static final int LOOKS_PER_SECOND = 2_000;

  private final boolean keeps;
  private final ConnectionRegistry connections;
  private final ScheduledExecutorService control;
  private final InboxServices services;

  /** By the number of their connection. */
  private final ConcurrentHashMap<Long, InboxReader> readers = new ConcurrentHashMap<>();

  /** Who is to look soon, in this order. Threading: the control thread. */
  private final LinkedHashSet<InboxReader> toLook = new LinkedHashSet<>();

  /** Who has not had his turn in this round. Threading: the control thread. */
  private final Queue<InboxReader> inRound = new ArrayDeque<>();

  private final int roundSeconds;
  private int second;
  private int share;

  /**
   * @param control one thread; runs short tasks and timers
   * @param round as {@link #ROUND}
   */
  public Inbox(
      Retention retention,
      ConnectionRegistry connections,
      Backplane backplane,
      Presence presence,
      Fanout fanout,
      ScheduledExecutorService control,
      Duration round,
      GatewayMetrics metrics) {
    this.roundSeconds = (int) round.toSeconds();
    this.keeps = !retention.keepsNothing();
    this.connections = connections;
    this.control = control;
    services = new InboxServices(backplane, presence, fanout, metrics);
    metrics.gauge(MetricNames.INBOX_READERS, readers::size);
  }

  /** Begins to look after the readers. */
  public void start() {
    control.scheduleWithFixedDelay(this::check, 1, 1, TimeUnit.SECONDS);
  }

  /** Whether there are inboxes at all. */
  public boolean keeps() {
    return keeps;
  }

  /**
   * Begins to read the inbox to a connection. Threading: event loop of the connection.
   *
   * @param device that with a place of its own; null for the place that all such clients share
   * @param since the client has everything up to there
   * @param answer gets the place it goes on behind, in front of everything from the inbox, or null
   *     when the backplane cannot tell
   * @return false when the connection reads it already
   */
  public boolean open(
      Connection connection,
      @Nullable String device,
      @Nullable Position since,
      Consumer<@Nullable Position> answer) {
    InboxReader reader = new InboxReader(connection, device, services);
    if (readers.putIfAbsent(connection.id(), reader) != null) {
      return false;
    }
    reader.open(
        since,
        position -> {
          if (position == null) {
            readers.remove(connection.id(), reader);
          }
          answer.accept(position);
        });
    return true;
  }

  /**
   * Takes a pushed message, if the connection reads its inbox; false when it does not. Ownership:
   * borrows the frame.
   */
  public boolean push(Connection connection, Position position, PreparedFrame frame) {
    InboxReader reader = readers.get(connection.id());
    if (reader == null) {
      return false;
    }
    reader.push(position, frame);
    return true;
  }

  /** Pushes to any user of this node may have been missed until now. */
  public void missed() {
    control.execute(() -> toLook.addAll(readers.values()));
  }

  /** Whether that connection reads its inbox. */
  public boolean isRead(Connection connection) {
    return readers.containsKey(connection.id());
  }

  /** Something may be in the inbox of that user that was not pushed. */
  public void look(String userId) {
    connections.forEachOf(
        userId,
        connection -> {
          InboxReader reader = readers.get(connection.id());
          if (reader != null) {
            reader.look();
          }
        });
  }

  /**
   * Notes that the client has everything up to that offset. Threading: event loop of the
   * connection.
   *
   * @param epoch that of the offset; null when the client does not say, and then it may be taken
   *     for that of a message which came while this was on its way
   * @return null when nothing with that offset was delivered on this connection
   */
  public @Nullable CompletionStage<Bookmark> acknowledge(
      Connection connection, @Nullable String epoch, long offset) {
    InboxReader reader = readers.get(connection.id());
    return reader == null ? null : reader.acknowledge(epoch, offset);
  }

  /** The connection is gone. Threading: event loop of the connection. */
  public void closed(Connection connection) {
    InboxReader reader = readers.remove(connection.id());
    if (reader != null) {
      reader.end();
    }
  }

  private void check() {
    if (second++ % roundSeconds == 0) {
      inRound.clear();
      inRound.addAll(readers.values());
      share = inRound.size() / roundSeconds + 1;
    }
    for (int i = 0; i < share && !inRound.isEmpty(); i++) {
      inRound.remove().look();
    }
    Iterator<InboxReader> next = toLook.iterator();
    for (int i = 0; i < LOOKS_PER_SECOND && next.hasNext(); i++) {
      InboxReader reader = next.next();
      next.remove();
      reader.lookOnceOnline();
    }
  }
}
