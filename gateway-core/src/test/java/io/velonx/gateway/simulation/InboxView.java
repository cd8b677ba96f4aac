package io.velonx.gateway.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one client knows of its user's inbox, and whether it could be as it was told: everything
 * that it did not acknowledge comes, in order, or it is told that it does not.
 */
final class InboxView {
  State state = State.CLOSED;

  /** The command that is not answered yet. */
  @Nullable String asked;

  final @Nullable String device;

  private final World world;
  private final Truth truth;
  private final String name;
  private final String log;
  private final int keptMessages;

  /** How far all clients that share this place have come by their own word, in each epoch. */
  private final Map<String, Long> acknowledged;

  // Where it stands: everything up to here was received, or said to be lost.
  private @Nullable String epoch;
  private long offset;
  private @Nullable String sinceEpoch;
  private long sinceOffset;
  // After a gap of unknown size, the next message may be any.
  private boolean anyNext;
  private boolean owedGap;

  InboxView(
      World world,
      Truth truth,
      String name,
      String userId,
      @Nullable String device,
      int keptMessages,
      Map<String, Long> acknowledged) {
    this.world = world;
    this.truth = truth;
    this.name = name;
    this.device = device;
    this.keptMessages = keptMessages;
    this.acknowledged = acknowledged;
    log = "user:" + userId;
  }

  enum State {
    CLOSED,
    OPENING,
    OPEN
  }

  /** Whether it has everything, or knows that nobody knows. */
  boolean isComplete(SimRedis.@Nullable Log kept) {
    return state == State.OPEN
        && (kept == null
            || kept.tip == 0
            || anyNext
            || (kept.epoch.equals(epoch) && kept.tip == offset));
  }

  void away() {
    state = State.CLOSED;
    asked = null;
  }

  /** What it read is forgotten; what it acknowledged remains acknowledged. */
  void crash() {
    epoch = null;
  }

  /** Returns the members of the payload to send. */
  String opening() {
    state = State.OPENING;
    sinceEpoch = anyNext ? null : epoch;
    sinceOffset = offset;
    String since = "";
    if (sinceEpoch != null) {
      acknowledged.merge(sinceEpoch, sinceOffset, Math::max);
      since = "\"since\":{\"offset\":" + offset + ",\"epoch\":\"" + epoch + "\"}";
    }
    return device == null
        ? since
        : "\"device\":\"" + device + "\"" + (since.isEmpty() ? "" : "," + since);
  }

  void opened(JsonNode ack) {
    state = State.OPEN;
    epoch = ack.path("epoch").asText();
    offset = ack.path("offset").asLong();
    anyNext = false;
    Long known = acknowledged.get(epoch);
    boolean beyond = known != null && offset > known;
    owedGap = sinceEpoch != null && (!sinceEpoch.equals(epoch) || offset < sinceOffset || beyond);
    if (beyond && !owedGap && !truth.lostSomethingOf(log)) {
      violated("goes on behind " + at(epoch, offset) + ", acknowledged was " + known);
    }
    // A place that nobody had before begins where it was told to.
    acknowledged.merge(epoch, offset, Math::max);
    truth.count("inbox opened");
  }

  void message(String itsEpoch, long itsOffset, String text) {
    if (state != State.OPEN) {
      // Pushed to a page that does not read its inbox yet.
      return;
    }
    world.trace(() -> name + " gets " + log + " " + at(itsEpoch, itsOffset));
    truth.count("inbox message");
    if (!truth.wasAppended(log, itsEpoch, itsOffset, text)) {
      violated("never appended: " + at(itsEpoch, itsOffset) + " " + text);
    }
    long acknowledgedByAll = acknowledged.getOrDefault(itsEpoch, 0L);
    boolean next =
        itsEpoch.equals(epoch)
            && itsOffset > offset
            // Others that share the place may have what lies between.
            && (anyNext || itsOffset <= Math.max(offset, acknowledgedByAll) + 1);
    if (!next || owedGap) {
      violated(
          at(itsEpoch, itsOffset)
              + " after "
              + at(epoch, offset)
              + (owedGap ? " and no word of what was lost" : ""));
    }
    offset = itsOffset;
    anyNext = false;
  }

  void gap(JsonNode gap) {
    world.trace(() -> name + " is told of " + gap);
    truth.count("inbox gap");
    String itsEpoch = gap.path("epoch").asText();
    owedGap = false;
    if (gap.path("from").isMissingNode()) {
      if (!truth.lostSomethingOf(log)) {
        violated("without a cause: " + gap);
      }
      if (!itsEpoch.equals(epoch)) {
        offset = 0;
      }
      epoch = itsEpoch;
      anyNext = true;
      return;
    }
    long from = gap.path("from").asLong();
    long to = gap.path("to").asLong();
    if (!itsEpoch.equals(epoch) || (from != offset + 1 && !anyNext && device != null)) {
      violated("a gap elsewhere: " + gap + " after " + at(epoch, offset));
    }
    if (truth.tip(log, itsEpoch) < from + keptMessages && !truth.lostSomethingOf(log)) {
      violated("without a cause: " + gap);
    }
    offset = Math.max(offset, to);
    anyNext = false;
  }

  /** The command that acknowledges what was read, or null when there is nothing to. */
  @Nullable String acknowledge() {
    if (state != State.OPEN || anyNext || epoch == null || offset == 0) {
      return null;
    }
    acknowledged.merge(epoch, offset, Math::max);
    return "{\"type\":\"INBOX_ACK\",\"payload\":{\"offset\":"
        + offset
        + ",\"epoch\":\""
        + epoch
        + "\"}}";
  }

  private void violated(String what) {
    world.violated(name + " reading " + log + ": " + what);
  }

  @Override
  public String toString() {
    return state + " " + at(epoch, offset);
  }

  private static String at(@Nullable String epoch, long offset) {
    return epoch + ":" + offset;
  }
}
