package io.velonx.gateway.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What really happened, which no node knows as a whole. */
final class Truth {
  private static final Pattern CONTENT = Pattern.compile("\"content\":\"([^\"]*)\"");

  private final World world;
  private final Set<String> contents = new HashSet<>();
  private final Map<Place, Set<String>> appended = new HashMap<>();
  private final Map<String, Long> rollbacks = new TreeMap<>();
  private final Set<String> forgottenPlaces = new HashSet<>();
  private final Map<String, Long> tips = new TreeMap<>();
  private final Set<Promise> promised = new HashSet<>();
  private long lastTroubleNanos = Long.MIN_VALUE;
  private long lastStartNanos = Long.MIN_VALUE;

  /** Answers to those who came back, and notices. */
  final Map<String, Integer> counts = new TreeMap<>();

  Truth(World world) {
    this.world = world;
  }

  void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  void appended(String log, String epoch, long offset, String text) {
    Set<String> there =
        appended.computeIfAbsent(new Place(log, epoch, offset), place -> new HashSet<>());
    if (there.add(text) && there.size() > 1 && !isAmbiguous(log, epoch, offset)) {
      world.violated("given out twice: " + log + " " + epoch + ":" + offset + " " + there);
    }
    Matcher content = CONTENT.matcher(text);
    if (content.find() && !contents.add(log + " " + content.group(1)) && !wasEverRolledBack(log)) {
      world.violated("appended twice: " + text);
    }
    tips.put(log + " " + epoch, offset);
    world.trace(() -> "redis appends " + log + " " + epoch + ":" + offset + " " + contentOf(text));
  }

  /** What a publication says; every one says something else. */
  static String contentOf(String text) {
    Matcher content = CONTENT.matcher(text);
    return content.find() ? content.group(1) : "";
  }

  /** What was published at that place, as far as anybody could see. */
  Set<String> contentsAt(String log, String epoch, long offset) {
    Set<String> contents = new HashSet<>();
    appended
        .getOrDefault(new Place(log, epoch, offset), Set.of())
        .forEach(text -> contents.add(contentOf(text)));
    return contents;
  }

  /** A node said that it keeps that until Redis can take it. */
  void promised(String node, String log, String content) {
    count("kept for later");
    world.trace(() -> node + " keeps " + content);
    promised.add(new Promise(node, log, content));
  }

  /** Looks whether that node has kept what it promised. */
  void checkPromises(String node) {
    for (Promise promise : promised) {
      if (promise.node.equals(node) && !contents.contains(promise.log + " " + promise.content)) {
        world.violated("kept by " + node + " and never appended: " + promise);
      }
    }
  }

  /** Redis forgot entries of a log behind that offset. */
  void rolledBack(String log, String epoch, long offset) {
    world.trace(() -> "redis forgets " + log + " behind " + epoch + ":" + offset);
    rollbacks.merge(log + " " + epoch, offset, Math::min);
    rollbacks.merge(log, 0L, Math::min);
  }

  /** Redis forgot how far some readers of a log had come. */
  void forgotPlaces(String log) {
    world.trace(() -> "redis forgets places in " + log);
    forgottenPlaces.add(log);
  }

  /** Whether Redis ever lost something about a log. */
  boolean lostSomethingOf(String log) {
    return wasEverRolledBack(log) || forgottenPlaces.contains(log);
  }

  /** Whether that was ever appended to the log. */
  boolean wasSaid(String log, String content) {
    return contents.contains(log + " " + content);
  }

  boolean wasEverRolledBack(String log) {
    return rollbacks.containsKey(log);
  }

  /** Whether that offset may have been given out twice. */
  boolean isAmbiguous(String log, String epoch, long offset) {
    Long behind = rollbacks.get(log + " " + epoch);
    return behind != null && offset > behind;
  }

  boolean wasAppended(String log, String epoch, long offset, String text) {
    return appended.getOrDefault(new Place(log, epoch, offset), Set.of()).contains(text);
  }

  /** The last offset that was given out in that epoch of a log. */
  long tip(String log, String epoch) {
    return tips.getOrDefault(log + " " + epoch, 0L);
  }

  /** Redis cannot be reached by somebody now. */
  void trouble() {
    lastTroubleNanos = world.nanoTime();
  }

  boolean hadTroubleSince(long nanos) {
    return lastTroubleNanos >= nanos;
  }

  /** A node starts, and is not connected yet. */
  void started() {
    lastStartNanos = world.nanoTime();
  }

  boolean hadStartSince(long nanos) {
    return lastStartNanos >= nanos;
  }

  private record Promise(String node, String log, String content) {}

  private record Place(String log, String epoch, long offset) {}
}
