package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The one way by which this node tells users something: first into the inbox, then to whoever is
 * there. Who comes between the two, or is on his way to another node, finds it in the inbox.
 * Threading: any thread.
 */
public final class Posting {
  private static final byte[] NO_ENVELOPE = {};

  private final Retention retention;
  private final Backplane backplane;
  private final GatewayMetrics metrics;

  public Posting(Retention retention, Backplane backplane, GatewayMetrics metrics) {
    this.retention = retention;
    this.backplane = backplane;
    this.metrics = metrics;
  }

  /**
   * Tells a user something.
   *
   * <p>Fails: {@link IllegalArgumentException} when it is to be kept and has members that the
   * gateway is to write; the stage fails when the backplane cannot take it, and then it may or may
   * not have been taken.
   *
   * @param head that of the envelope
   * @param keep whether it may be kept; types that are worth nothing later never are
   * @param idempotency null when it is never repeated
   */
  public CompletionStage<Posted> post(
      String userId, Head head, byte[] envelope, boolean keep, @Nullable Idempotency idempotency) {
    boolean kept = keep && !retention.keepsNothing() && isWorthKeeping(head.type());
    if (!kept && idempotency == null) {
      return push(userId, Appended.LIVE_ONLY, envelope);
    }
    if (kept && head.numbered()) {
      throw new IllegalArgumentException(
          "envelope: offset and epoch are written by the gateway in what it keeps for users");
    }
    return backplane
        .append(LogKey.ofUser(userId), envelope, kept ? retention : Retention.NONE, idempotency)
        .thenCompose(appended -> push(userId, appended, envelope));
  }

  private CompletionStage<Posted> push(String userId, Appended appended, byte[] envelope) {
    Position position = appended.position();
    if (appended.repeated()) {
      // The first attempt may have ended before it pushed; readers of the inbox find out.
      return counted(backplane.publishToUser(userId, UserNote.LOOK, NO_ENVELOPE), appended);
    }
    if (position == null) {
      return backplane
          .publishToUser(userId, envelope)
          .thenApply(nodes -> new Posted(appended, nodes));
    }
    metrics.inboxAppended.inc();
    byte[] numbered = Stamp.close(Stamp.open(envelope), position);
    return counted(backplane.publishToUser(userId, UserNote.KEPT, numbered), appended);
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
}
