package io.velonx.gateway.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one client knows of one channel, and whether it could be as it was told. */
final class View {
  State state = State.AWAY;

  /** The command that is not answered yet. */
  @Nullable String asked;

  private final World world;
  private final Truth truth;
  private final String userId;
  private final String channel;
  private final int keptMessages;

  // Where it stands: everything up to here was received, or said to be lost.
  private @Nullable String epoch;
  private long offset;
  // After a gap of unknown size, the next publication may be any.
  private boolean anyNext;
  private boolean withSince;
  private long askedNanos;
  // What it was given since it subscribed, and what of it came without a place.
  private final Set<String> given = new HashSet<>();
  private final Set<String> unplaced = new HashSet<>();

  View(World world, Truth truth, String userId, String channel, int keptMessages) {
    this.world = world;
    this.truth = truth;
    this.userId = userId;
    this.channel = channel;
    this.keptMessages = keptMessages;
  }

  enum State {
    AWAY,
    SUBSCRIBING,
    LIVE,
    LEAVING
  }

  /** Whether it has everything, or knows that nobody knows. */
  boolean isComplete(SimRedis.Log log) {
    return state == State.LIVE
        && (log.tip == 0 || anyNext || (log.epoch.equals(epoch) && log.tip == offset));
  }

  void away() {
    state = State.AWAY;
    asked = null;
  }

  /** Returns the member to send. */
  String subscribing(boolean comeBack) {
    state = State.SUBSCRIBING;
    given.clear();
    unplaced.clear();
    askedNanos = world.nanoTime();
    withSince = comeBack && epoch != null && !anyNext;
    if (!withSince) {
      epoch = null;
      offset = 0;
      anyNext = false;
      return "";
    }
    return ",\"since\":{\"offset\":" + offset + ",\"epoch\":\"" + epoch + "\"}";
  }

  void subscribed(JsonNode ack) {
    state = State.LIVE;
    String ackEpoch = ack.path("epoch").asText("");
    long ackOffset = ack.path("offset").asLong();
    if (withSince && ack.path("recovered").asBoolean()) {
      truth.count("recovered");
      long missed = ack.path("missed").asLong();
      if (!ackEpoch.equals(epoch) || ackOffset != offset + missed) {
        violated("recovered, but not from " + at(epoch, offset) + ": " + ack);
      }
      return;
    }
    if (withSince) {
      checkReason(ack.path("reason").asText());
    } else if (epoch != null
        && !anyNext
        && !truth.isAmbiguous(channel, epoch, offset)
        && !(ackEpoch.equals(epoch) && ackOffset == offset)) {
      violated("subscribed at " + at(ackEpoch, ackOffset) + " after " + at(epoch, offset));
    }
    epoch = ackEpoch.isEmpty() ? null : ackEpoch;
    offset = ackOffset;
    anyNext = false;
    if (epoch == null) {
      truth.count("subscribed blindly");
      cause("no place in the ACK", truth.hadTroubleSince(askedNanos - 10_000_000_000L));
    }
  }

  void publication(String itsEpoch, long itsOffset, String text) {
    String content = Truth.contentOf(text);
    world.trace(() -> userId + " gets " + channel + " " + at(itsEpoch, itsOffset) + " " + content);
    if (!given.add(content) && !truth.wasEverRolledBack(channel)) {
      violated((unplaced.contains(content) ? "again, with its place: " : "twice: ") + text);
    }
    if (itsEpoch.isEmpty()) {
      withoutPlace(content, text);
      return;
    }
    if (!truth.wasAppended(channel, itsEpoch, itsOffset, text)) {
      violated("never appended: " + at(itsEpoch, itsOffset) + " " + text);
    }
    boolean outOfPlace =
        epoch != null && (!itsEpoch.equals(epoch) || (state == State.SUBSCRIBING && withSince));
    if (outOfPlace && truth.isAmbiguous(channel, itsEpoch, itsOffset)) {
      // Redis lost that history before its publication arrived: it is passed on as it came.
      truth.count("stray of a lost history");
      return;
    }
    if (state == State.SUBSCRIBING && withSince) {
      violated("a publication before the answer: " + at(itsEpoch, itsOffset));
    }
    // Without a place, it subscribes for the first time, or was told that nobody knows.
    boolean next =
        epoch == null
            || (epoch.equals(itsEpoch)
                && (itsOffset == offset + 1 || (anyNext && itsOffset > offset)));
    boolean expected = next && state != State.AWAY;
    if (!expected) {
      violated(
          (epoch != null && epoch.equals(itsEpoch) && itsOffset <= offset
                  ? "again or late: "
                  : "lost before: ")
              + at(itsEpoch, itsOffset)
              + " after "
              + at(epoch, offset)
              + " state "
              + state);
    }
    epoch = itsEpoch;
    offset = itsOffset;
    anyNext = false;
  }

  private void withoutPlace(String content, String text) {
    truth.count("given without a place");
    long recently = world.nanoTime() - 60_000_000_000L;
    if (!truth.hadTroubleSince(recently) && !truth.hadStartSince(recently)) {
      violated("without a place, and without a cause: " + text);
    }
    if (state == State.AWAY || (state == State.SUBSCRIBING && withSince)) {
      violated("without a place, state " + state + ": " + text);
    }
    unplaced.add(content);
  }

  private void checkPlaceOfUnplaced(JsonNode gap) {
    truth.count("told the place of what came without");
    String itsEpoch = gap.path("epoch").asText();
    for (long at = gap.path("from").asLong(); at <= gap.path("to").asLong(); at++) {
      Set<String> there = truth.contentsAt(channel, itsEpoch, at);
      // What was on its way before it was let in, concerns others.
      if (!unplaced.removeAll(there) && state == State.LIVE) {
        violated("told that it has " + there + ", but it has not: " + gap);
      }
    }
  }

  void gap(JsonNode gap) {
    world.trace(() -> userId + " is told of " + gap);
    if (gap.path("recovered").asBoolean()) {
      checkPlaceOfUnplaced(gap);
    } else {
      truth.count("gap");
    }
    String itsEpoch = gap.path("epoch").asText();
    if (state == State.SUBSCRIBING && withSince) {
      violated("a GAP before the answer: " + gap);
    }
    if (gap.path("from").isMissingNode()) {
      cause(
          "GAP " + gap,
          truth.wasEverRolledBack(channel)
              || truth.hadTroubleSince(world.nanoTime() - 60_000_000_000L));
      if (!itsEpoch.equals(epoch)) {
        offset = 0;
      }
      epoch = itsEpoch;
      anyNext = true;
      return;
    }
    long from = gap.path("from").asLong();
    long to = gap.path("to").asLong();
    if (epoch != null
        && !anyNext
        && (!itsEpoch.equals(epoch) || from > offset + 1 || to <= offset)) {
      violated("a gap elsewhere: " + gap + " after " + at(epoch, offset));
    }
    epoch = itsEpoch;
    offset = Math.max(offset, to);
    anyNext = false;
  }

  private void checkReason(String reason) {
    truth.count("not recovered: " + reason);
    switch (reason) {
      case "epoch" -> cause(reason, truth.wasEverRolledBack(channel));
      case "window" ->
          cause(reason, epoch != null && truth.tip(channel, epoch) > offset + keptMessages);
      case "unavailable" -> cause(reason, truth.hadTroubleSince(askedNanos - 10_000_000_000L));
      case "size" -> {}
      default -> violated("not recovered: " + reason);
    }
  }

  private void cause(String what, boolean plausible) {
    if (!plausible) {
      violated("without a cause: " + what + " at " + at(epoch, offset));
    }
  }

  private void violated(String what) {
    world.violated(userId + " in " + channel + ": " + what);
  }

  @Override
  public String toString() {
    return state + " " + at(epoch, offset);
  }

  private static String at(@Nullable String epoch, long offset) {
    return epoch + ":" + offset;
  }
}
