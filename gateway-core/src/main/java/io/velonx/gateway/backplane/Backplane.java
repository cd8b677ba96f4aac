package io.velonx.gateway.backplane;

import io.netty.channel.IoEventLoop;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.UserStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries publications between nodes and holds what nodes must agree on: who is online, who types.
 *
 * <p>Every publication comes back to the node that made it, through {@link
 * BackplaneListener#onPublication}: there is one path, so every node sees the publications of a
 * channel in the same order.
 *
 * <p>Threading: any thread; no method blocks. Fails: stages complete exceptionally with {@link
 * BackplaneUnavailableException} when the backplane cannot take or answer it now. A stage may
 * complete on any thread, so what follows must be short and must not block.
 */
public interface Backplane extends AutoCloseable {
  /**
   * Delivers to this listener from now on; called once, before anything else.
   *
   * @param home the event loop for what the backplane itself has to do, such as reading a socket or
   *     deciding about topics; it lives longer than the backplane
   */
  void start(BackplaneListener listener, IoEventLoop home);

  /**
   * Hands an envelope to every node with subscribers of the channel, this one included. Two calls
   * from one thread for one channel arrive in that order.
   *
   * @return completes when the bus has taken it
   */
  CompletionStage<Void> publish(ChannelName channel, byte[] envelope);

  /**
   * Numbers an envelope, keeps it in a log and publishes it in one step: whoever sees it can read
   * it. What is kept and published is the envelope with its place as two more members ({@link
   * Stamp}). A log that keeps nothing publishes the envelope as it is.
   *
   * <p>As for {@link #publish}, two calls from one thread for one log keep their order.
   *
   * @param idempotency null when the append is never repeated
   */
  CompletionStage<Appended> append(
      LogKey log, byte[] envelope, Retention retention, @Nullable Idempotency idempotency);

  /**
   * Reads entries of a log in order. A log that does not exist begins with this look at it, so that
   * there is a position to come back to.
   *
   * @param after the offset before the first one wanted; -n for the newest n
   * @param limit the most entries; 0 asks where the log stands
   * @param seen a place that the caller knows the log has reached, if he knows any: a log that has
   *     fallen behind it (an old copy of it took over) begins anew, with another epoch
   */
  CompletionStage<LogSlice> read(LogKey log, long after, int limit, @Nullable Position seen);

  /**
   * Notes how far a reader of a log has come, and forgets the entries that every reader has. Who
   * has no place yet begins behind the entries forgotten in this way, and keeps later ones from
   * being forgotten until he has them or is not seen for {@link Bookmark#LIFE}.
   *
   * @param upTo the reader has everything up to there; null when he only asks where he stands.
   *     Going back is not possible
   */
  CompletionStage<Bookmark> mark(LogKey log, String reader, @Nullable Position upTo);

  /** As {@link #publishToUser(String, String, byte[])}, without a note. */
  default CompletionStage<Integer> publishToUser(String userId, byte[] envelope) {
    return publishToUser(userId, "", envelope);
  }

  /**
   * Hands an envelope to every connection of a user, on every node.
   *
   * @param note what the nodes have to know besides, and clients do not see
   * @return the number of nodes it went to; 0 when the user is connected nowhere
   */
  CompletionStage<Integer> publishToUser(String userId, String note, byte[] envelope);

  /**
   * Says that this node has subscribers of the channel.
   *
   * @return completes once publications of the channel arrive; while the backplane is unavailable
   *     it keeps trying and completes later
   */
  CompletionStage<Void> subscribe(ChannelName channel);

  /**
   * Says that the last subscriber of the channel may be gone. The backplane asks {@link
   * BackplaneListener#hasSubscribers} before it acts, so calls may come late or in any order.
   */
  void unsubscribe(ChannelName channel);

  /**
   * Says that publications of the channel do not arrive although others do: it is subscribed anew,
   * and {@link BackplaneListener#onResumed} says when.
   */
  void resubscribe(ChannelName channel);

  /**
   * Counts a user of this node into an audience. Harmless when repeated.
   *
   * @return whether no node had counted him in before, and how many are online there now
   */
  CompletionStage<Joined> join(Audience audience, String userId);

  /**
   * As {@link #join}, among everyone online, and tells how his connections to this node want him to
   * be seen. All nodes together see him as active when one does.
   */
  CompletionStage<Joined> appear(OnlineUser user);

  /**
   * Tells who is online in an audience.
   *
   * @param most the most users; of more, some are told
   */
  CompletionStage<Online> online(Audience audience, int most);

  /**
   * Takes a user of this node out of an audience. Harmless when repeated.
   *
   * @return whether no other node counts him in, and how many are online there now
   */
  CompletionStage<Left> leave(Audience audience, String userId);

  /** Notes that a user types in a channel, for at most 5 s, and publishes the envelope there. */
  CompletionStage<Void> startTyping(ChannelName channel, String userId, byte[] envelope);

  /** Notes that a user no longer types in a channel, and publishes the envelope there. */
  CompletionStage<Void> stopTyping(ChannelName channel, String userId, byte[] envelope);

  /**
   * Counts a connection of this node in among those of its user on all nodes, unless he has as many
   * as he may. Harmless when repeated. Who has to make room for it hears so through {@link
   * BackplaneListener#onReplaced}; connections of dead nodes do not count.
   *
   * @param connectionId unique on this node
   * @return false when it is refused
   */
  CompletionStage<Boolean> admit(String userId, long connectionId, UserCap cap);

  /** Counts a connection of this node out. Harmless when repeated. */
  void release(String userId, long connectionId);

  /**
   * Takes one from a bucket of the user that all nodes share.
   *
   * @param action names the bucket
   * @return nanoseconds until the bucket is full; no less than the rate's wait when nothing was
   *     left
   */
  CompletionStage<Long> charge(String userId, String action, Rate rate);

  /**
   * Tells every node of a revocation, this one included, through {@link
   * BackplaneListener#onRevoked}; and keeps it until it is over, for nodes that come later or hear
   * nothing now.
   *
   * @return completes when it is kept, and this node has heard of it
   */
  CompletionStage<Void> revoke(Revocation revocation);

  /**
   * Keeps whom a user blocks, instead of what was kept before, and tells every node of the change,
   * this one included, through {@link BackplaneListener#onBlocksChanged}.
   *
   * @return completes when it is kept
   */
  CompletionStage<Void> block(String userId, Set<String> blocked);

  /** Whom a user blocks; two reads of one user are answered in their order. */
  CompletionStage<Set<String>> blocked(String userId);

  /**
   * Sends a beacon through the same path as a publication and waits for it to come back.
   *
   * @return completes when it did; fails after two seconds
   */
  CompletionStage<Void> probe();

  /** The state of the connections to the bus, as last seen; never waits. */
  BackplaneHealth health();

  /** What {@link #health} means for the work of the node; never waits. */
  BackplaneState state();

  /** Whether nothing that is handed over now would leave this node; never waits. */
  default boolean isCutOff() {
    return state() == BackplaneState.DEGRADED && !health().publisherConnected();
  }

  /**
   * Gives back what the node holds in shared memory and ends the connections. Called after the last
   * connection has left, while the event loops still run. Calls after it fail.
   *
   * @param deadline everything is over by then, whether or not the bus answered
   * @return completes when nothing is left that needs an event loop
   */
  CompletionStage<Void> shutdown(Duration deadline);

  /** Ends the connections without giving anything back: for a node that could not be started. */
  @Override
  void close();

  /**
   * The answer to {@link #join}.
   *
   * @param first no node had counted the user in before
   * @param size users online in the audience, this one included
   * @param status how all nodes together see him now; null unless this changed it
   */
  record Joined(boolean first, long size, @Nullable UserStatus status) {
    public Joined(boolean first, long size) {
      this(first, size, null);
    }
  }

  /**
   * The answer to {@link #leave}.
   *
   * @param last no other node counts the user in: he has left for good
   * @param size users online in the audience without him
   */
  record Left(boolean last, long size) {}
}
