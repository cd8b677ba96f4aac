package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.history.Repetitions;
import io.velonx.gateway.history.Spool;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way by which this node tells users something: first into the inbox, then to whoever is
 * there. Who comes between the two, or is on his way to another node, finds it in the inbox.
 *
 * <p>What is to be kept and the backplane cannot take now waits in the spool. Connections of this
 * node that do not read their inbox are given it at once; the others get it from the inbox, which
 * alone knows its place. What is not to be kept goes to the connections of this node only.
 * Threading: any thread.
 */
public final class Posting {
  private static final byte[] NO_ENVELOPE = {};

  private final Retention retention;
  private final Spool spool;
  private final Backplane backplane;
  private final ConnectionRegistry connections;
  private final UserNote notes;
  private final GatewayMetrics metrics;
  private final Repetitions<Posted> repetitions;
  private volatile @Nullable Here here;

  public Posting(
      Retention retention,
      Spool spool,
      Backplane backplane,
      ConnectionRegistry connections,
      UserNote notes,
      LongSupplier nanoTime,
      GatewayMetrics metrics) {
    this.retention = retention;
    this.spool = spool;
    this.backplane = backplane;
    this.connections = connections;
    this.notes = notes;
    this.metrics = metrics;
    repetitions =
        new Repetitions<>(nanoTime, posted -> posted.appended().receipt(), Posted::repeated);
  }

  /**
   * Begins to deliver on this node what the backplane does not.
   *
   * @param home the backplane's thread
   */
  public void start(BackplaneListener receiver, Executor home) {
    here =
        (userId, note, envelope) ->
            home.execute(() -> receiver.onUserPublication(userId, note, envelope));
  }

  /**
   * Tells a user something.
   *
   * <p>Fails: {@link IllegalArgumentException} when it is to be kept and has members that the
   * gateway is to write; the stage fails when neither backplane nor spool can take it, and then it
   * may or may not have been taken.
   *
   * @param head that of the envelope
   * @param keep whether it may be kept; types that are worth nothing later never are
   * @param idempotency null when it is never repeated
   */
  public CompletionStage<Posted> post(
      String userId, Head head, byte[] envelope, boolean keep, @Nullable Idempotency idempotency) {
    boolean kept = keep && !retention.keepsNothing() && isWorthKeeping(head.type());
    if (kept && head.numbered()) {
      throw new IllegalArgumentException(
          "envelope: offset and epoch are written by the gateway in what it keeps for users");
    }
    if (idempotency == null) {
      return kept
          ? spool.send(new Message(userId, envelope, null), null)
          : push(userId, "", envelope);
    }
    return repetitions.once(
        LogKey.ofUser(userId),
        idempotency,
        () ->
            kept
                ? spool.send(new Message(userId, envelope, idempotency), idempotency)
                : pushOnce(userId, envelope, idempotency));
  }

  /**
   * Tells those connections of a user something that are there now.
   *
   * @param note as {@link UserNote} makes them; empty for none
   */
  public CompletionStage<Posted> push(String userId, String note, byte[] envelope) {
    Here deliver = here;
    if (deliver != null && backplane.isCutOff()) {
      return CompletableFuture.completedStage(pushHere(deliver, userId, note, envelope, null));
    }
    return backplane
        .publishToUser(userId, note, envelope)
        .thenApply(nodes -> new Posted(Appended.LIVE_ONLY, nodes));
  }

  private CompletionStage<Posted> pushOnce(
      String userId, byte[] envelope, Idempotency idempotency) {
    Here deliver = here;
    if (deliver != null && backplane.isCutOff()) {
      return CompletableFuture.completedStage(
          pushHere(deliver, userId, "", envelope, idempotency.receipt()));
    }
    return backplane
        .append(LogKey.ofUser(userId), envelope, Retention.NONE, idempotency)
        .thenCompose(
            appended ->
                appended.repeated()
                    ? look(userId, appended)
                    : backplane
                        .publishToUser(userId, envelope)
                        .thenApply(nodes -> new Posted(appended, nodes)));
  }

  private Posted pushHere(
      Here deliver, String userId, String note, byte[] envelope, @Nullable String receipt) {
    deliver.push(userId, note, envelope);
    return new Posted(
        new Appended(null, false, receipt, Reach.HERE), connections.isConnected(userId) ? 1 : 0);
  }

  /** The first attempt may have ended before it pushed; readers of the inbox find out. */
  private CompletionStage<Posted> look(String userId, Appended appended) {
    return counted(backplane.publishToUser(userId, UserNote.LOOK, NO_ENVELOPE), appended);
  }

  /** It is in the inbox, whether or not it could be pushed. */
  private static CompletionStage<Posted> counted(
      CompletionStage<Integer> pushed, Appended appended) {
    return pushed.handle((nodes, failure) -> new Posted(appended, failure == null ? nodes : 0));
  }

  /** A receipt for a message is not worth the place of a message. */
  private static boolean isWorthKeeping(String type) {
    return MessageType.deliveryOf(type) != Delivery.EPHEMERAL
        && !type.equals(MessageType.DM_READ.name());
  }

  /** Takes what the backplane would have brought to this node. */
  @FunctionalInterface
  private interface Here {
    void push(String userId, String note, byte[] envelope);
  }

  /** What an inbox is to keep. */
  private final class Message implements Spool.Parcel<Posted> {
    private final String userId;
    private final byte[] envelope;
    private final @Nullable Idempotency own;

    /** It may stand in the inbox by an attempt that could not push it. */
    private volatile boolean unanswered;

    Message(String userId, byte[] envelope, @Nullable Idempotency own) {
      this.userId = userId;
      this.envelope = envelope;
      this.own = own;
    }

    @Override
    public int octets() {
      return envelope.length;
    }

    @Override
    public CompletionStage<Posted> send(@Nullable Idempotency idempotency) {
      return append(idempotency, UserNote.KEPT);
    }

    @Override
    public CompletionStage<Posted> sendLate(Idempotency idempotency) {
      return append(idempotency, notes.keptAndHeardHere());
    }

    @Override
    public Posted kept(@Nullable Long sentNanos) {
      unanswered = sentNanos != null;
      Here deliver = here;
      if (deliver != null) {
        deliver.push(userId, UserNote.UNPLACED, envelope);
      }
      String receipt = own == null ? null : own.receipt();
      return new Posted(new Appended(null, false, receipt, Reach.SPOOLED), 0);
    }

    @Override
    public void dropped() {
      if (own != null) {
        repetitions.forget(LogKey.ofUser(userId), own.key());
      }
    }

    private CompletionStage<Posted> append(@Nullable Idempotency idempotency, String note) {
      return backplane
          .append(LogKey.ofUser(userId), envelope, retention, idempotency)
          .thenCompose(appended -> tell(appended, note));
    }

    private CompletionStage<Posted> tell(Appended appended, String note) {
      Position position = appended.position();
      if (position == null || (appended.repeated() && !unanswered)) {
        return look(userId, appended);
      }
      metrics.inboxAppended.inc();
      byte[] numbered = Stamp.close(Stamp.open(envelope), position);
      return counted(backplane.publishToUser(userId, note, numbered), appended);
    }
  }
}
