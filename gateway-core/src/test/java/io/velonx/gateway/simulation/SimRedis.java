package io.velonx.gateway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The shared memory and the topics: what the scripts do, one call at a time. */
final class SimRedis {
  final Truth truth;

  /** Whether it answers; while it does not, what is sent to it is lost. */
  boolean up = true;

  /** Until then it takes what is sent to it, and does nothing. */
  long stalledUntil;

  /** A rule broken on purpose: publications that nobody is told about. */
  double losesAppends;

  /** Another: a log forgets what not all of its readers have. */
  double forgetsUnread;

  private final World world;
  private final List<RedisWire> wires = new ArrayList<>();
  private State state = new State();
  private int epochs;
  private int run;

  SimRedis(World world, Truth truth) {
    this.world = world;
    this.truth = truth;
  }

  void connect(RedisWire wire) {
    wires.add(wire);
  }

  void disconnect(RedisWire wire) {
    wires.remove(wire);
  }

  /** Every connection is lost. */
  void dropAll() {
    List.copyOf(wires).forEach(RedisWire::drop);
  }

  /** Another process answers from now on. */
  void restarted() {
    run++;
  }

  /** Everything it held is gone. */
  void flush() {
    state.logs.forEach((log, held) -> truth.rolledBack(log, held.epoch, 0));
    state = new State();
  }

  /** A copy as a replica has it that will hear no more. */
  State copy() {
    return state.copy();
  }

  /** A replica takes over, which did not hear of the last writes. */
  void failOver(State replica) {
    state.logs.forEach(
        (key, held) -> {
          Log old = replica.logs.get(key);
          if (old == null || !old.epoch.equals(held.epoch)) {
            truth.rolledBack(key, held.epoch, 0);
          } else if (old.tip < held.tip) {
            truth.rolledBack(key, held.epoch, old.tip);
          }
        });
    state.places.forEach(
        (key, places) -> {
          if (!places.equals(replica.places.get(key))) {
            truth.forgotPlaces(key);
          }
        });
    state = replica;
  }

  @Nullable Log log(String key) {
    return state.logs.get(key);
  }

  Set<String> members(String key) {
    return state.sets.getOrDefault(key, new TreeSet<>());
  }

  Set<String> setKeys() {
    return new TreeSet<>(state.sets.keySet());
  }

  Map<String, Long> leases() {
    return state.leases;
  }

  long publish(String topic, byte[] message) {
    long receivers = 0;
    for (RedisWire wire : List.copyOf(wires)) {
      receivers += wire.publish(topic, message);
    }
    return receivers;
  }

  boolean knowsScript(String name) {
    return state.scripts.contains(name);
  }

  void learnScript(String name) {
    state.scripts.add(name);
  }

  List<Object> randomMembers(String key, int most) {
    List<Object> some = new ArrayList<>();
    members(key).stream().limit(most).forEach(member -> some.add(member.getBytes(UTF_8)));
    return some;
  }

  boolean removeMember(String key, String member) {
    return remove(key, member);
  }

  boolean removeLease(String incarnation) {
    return state.leases.remove(incarnation) != null;
  }

  Object run(String script, List<String> keys, List<byte[]> octets) {
    List<String> args = octets.stream().map(each -> new String(each, UTF_8)).toList();
    if (!script.equals("APPEND") && !script.equals("LEASE")) {
      // Not a fresh epoch or the name of a node, which are other ones each time.
      List<String> shown =
          switch (script) {
            case "READ" -> args.subList(0, 2);
            case "MARK" -> args.subList(0, 3);
            case "ROUTE" -> args.subList(0, 1);
            default -> args;
          };
      world.trace(() -> "redis runs " + script + " " + keys.get(0) + " " + shown);
    }
    return switch (script) {
      case "APPEND" -> append(keys, octets.get(0), args);
      case "READ" -> read(keys, args);
      case "MARK" -> mark(keys, args);
      case "JOIN" -> join(keys, args);
      case "LEAVE" -> leave(keys, args);
      case "REAP" -> reap(keys, args);
      case "LEASE" -> lease(args);
      case "ROUTE" -> route(keys, octets.get(2), args);
      case "REVOKED", "BLOCKED" -> List.of();
      case "BLOCKING" -> 0L;
      case "START_TYPING", "STOP_TYPING" -> publish(args.get(1), octets.get(2));
      default -> throw new IllegalArgumentException(script);
    };
  }

  private List<Object> append(List<String> keys, byte[] envelope, List<String> args) {
    long now = world.millis();
    String receiptKey = keys.size() > 2 ? keys.get(2) : "";
    Receipt before = state.receipts.get(receiptKey);
    if (before != null && before.expiry > now) {
      return List.of(before.offset, before.epoch.getBytes(UTF_8), 1L, before.text.getBytes(UTF_8));
    }
    int keep = Integer.parseInt(args.get(1));
    long offset = 0;
    String epoch = "";
    byte[] published = envelope;
    if (keep > 0) {
      Log log = logOf(keys.get(0));
      log.tip++;
      offset = log.tip;
      epoch = log.epoch;
      published = Stamp.close(envelope, new Position(epoch, offset));
      log.add(published, now + Long.parseLong(args.get(2)), keep);
      truth.appended(logName(keys.get(0)), epoch, offset, new String(published, UTF_8));
    }
    if (!receiptKey.isEmpty()) {
      state.receipts.put(
          receiptKey, new Receipt(offset, epoch, args.get(5), now + Long.parseLong(args.get(6))));
    }
    if (losesAppends > 0 && world.chance(losesAppends)) {
      // As if it had never been numbered: nobody can see that it is missing.
      Log log = logOf(keys.get(0));
      log.entries.removeLast();
      log.tip--;
    } else if (!args.get(4).isEmpty()) {
      publish(args.get(4), published);
    }
    return List.of(offset, epoch.getBytes(UTF_8), 0L, args.get(5).getBytes(UTF_8));
  }

  private List<Object> read(List<String> keys, List<String> args) {
    Log log = logOf(keys.get(0));
    if (log.epoch.equals(args.get(3)) && log.tip < Long.parseLong(args.get(4))) {
      truth.rolledBack(logName(keys.get(0)), log.epoch, 0);
      state.logs.remove(logName(keys.get(0)));
      log = logOf(keys.get(0));
    }
    byte[] epoch = log.epoch.getBytes(UTF_8);
    long after = Long.parseLong(args.get(0));
    if (after < 0) {
      after = Math.max(0, log.tip + after);
    }
    if (after >= log.tip) {
      return List.of(epoch, log.tip, after + 1, log.tip + 1);
    }
    while (!log.entries.isEmpty() && log.entries.element().expiry <= world.millis()) {
      log.entries.remove();
    }
    long oldest = log.oldest();
    long first = Math.max(after + 1, oldest);
    List<Object> answer = new ArrayList<>(List.of(epoch, log.tip, first, oldest));
    log.entries.stream()
        .skip(first - oldest)
        .limit(Long.parseLong(args.get(1)))
        .forEach(entry -> answer.add(("0:" + entry.text).getBytes(UTF_8)));
    return answer;
  }

  private List<Object> mark(List<String> keys, List<String> args) {
    Log log = logOf(keys.get(0));
    TreeMap<String, Position> places =
        state.places.computeIfAbsent(logName(keys.get(0)), name -> new TreeMap<>());
    Position place = places.remove(args.get(0));
    long at = log.floor;
    boolean lost = place != null && !place.epoch().equals(log.epoch);
    if (place != null && !lost) {
      at = Math.max(at, place.offset());
    }
    if (args.get(1).equals(log.epoch)) {
      long has = Long.parseLong(args.get(2));
      lost |= has > log.tip || (place == null && has < log.floor);
      at = Math.max(at, Math.min(has, log.tip));
    } else if (!args.get(1).isEmpty()) {
      lost = true;
    }
    places.put(args.get(0), new Position(log.epoch, at));
    long all =
        places.values().stream()
            .mapToLong(each -> each.epoch().equals(log.epoch) ? each.offset() : 0)
            .min()
            .orElse(0);
    log.forgetUpTo(forgetsUnread > 0 && world.chance(forgetsUnread) ? log.tip : all);
    return List.of(log.epoch.getBytes(UTF_8), at, lost ? 1L : 0L);
  }

  private List<Object> join(List<String> keys, List<String> args) {
    Long expiry = state.leases.get(args.get(0));
    if (expiry == null || expiry <= world.millis()) {
      return List.of(-1L, 0L);
    }
    long first = 0;
    if (add(keys.get(2), args.get(2))) {
      add(keys.get(3), args.get(1));
      Map<String, String> owners = owners(keys.get(1));
      String before = owners.get(args.get(2));
      first = before == null ? 1 : 0;
      owners.put(args.get(2), (before == null ? "," : before) + args.get(0) + ",");
    }
    add(keys.get(0), args.get(2));
    long size = members(keys.get(0)).size();
    String changed = args.size() > 3 ? say(keys, args) : "";
    return List.of(first, size, changed.getBytes(UTF_8));
  }

  /** Returns the status in which all nodes together see the user now, if this changed it. */
  private String say(List<String> keys, List<String> args) {
    String before = status(keys, args.get(2));
    owners(keys.get(4)).put(args.get(0) + " " + args.get(2), args.get(3));
    String after = status(keys, args.get(2));
    return before.isEmpty() || before.equals(after) ? "" : after;
  }

  private String status(List<String> keys, String user) {
    return Stream.of(owners(keys.get(1)).getOrDefault(user, "").split(",", -1))
        .map(incarnation -> owners(keys.get(4)).getOrDefault(incarnation + " " + user, ""))
        .max(Comparator.naturalOrder())
        .map(word -> word.substring(0, Math.min(1, word.length())))
        .orElse("");
  }

  private List<Object> leave(List<String> keys, List<String> args) {
    long last = 0;
    if (remove(keys.get(2), args.get(2))) {
      owners(keys.get(4)).remove(args.get(0) + " " + args.get(2));
      if (members(keys.get(2)).isEmpty()) {
        remove(keys.get(3), args.get(1));
      }
      last = disown(keys, args.get(2), args.get(0)) ? 1 : 0;
    }
    return List.of(last, (long) members(keys.get(0)).size());
  }

  private List<Object> reap(List<String> keys, List<String> args) {
    List<Object> gone = new ArrayList<>();
    gone.add(0L);
    for (String user : members(keys.get(2)).stream().limit(Long.parseLong(args.get(2))).toList()) {
      remove(keys.get(2), user);
      owners(keys.get(4)).remove(args.get(0) + " " + user);
      if (disown(keys, user, args.get(0))) {
        gone.add(user.getBytes(UTF_8));
      }
    }
    long left = members(keys.get(2)).size();
    gone.set(0, left);
    if (left == 0) {
      remove(keys.get(3), args.get(1));
    }
    return gone;
  }

  private List<Object> lease(List<String> args) {
    long now = world.millis();
    Long expiry = state.leases.get(args.get(0));
    long good = 0;
    if (args.get(2).equals("1") || (expiry != null && expiry > now)) {
      state.leases.put(args.get(0), now + Long.parseLong(args.get(1)));
      good = 1;
    }
    List<Object> answer = new ArrayList<>();
    answer.add(good);
    answer.add(("run" + run).getBytes(UTF_8));
    state.leases.forEach(
        (incarnation, end) -> {
          if (end <= now) {
            answer.add(incarnation.getBytes(UTF_8));
          }
        });
    return answer;
  }

  private long route(List<String> keys, byte[] message, List<String> args) {
    TreeSet<String> nodes = new TreeSet<>();
    for (String owner : owners(keys.get(0)).getOrDefault(args.get(0), "").split(",", -1)) {
      if (owner.contains("~")) {
        nodes.add(owner.substring(0, owner.indexOf('~')));
      }
    }
    return nodes.stream().filter(node -> publish(args.get(1) + node, message) > 0).count();
  }

  /** Returns whether nobody counts the user in any more. */
  private boolean disown(List<String> keys, String user, String incarnation) {
    Map<String, String> owners = owners(keys.get(1));
    String left = owners.getOrDefault(user, ",").replace("," + incarnation + ",", ",");
    if (!left.equals(",")) {
      owners.put(user, left);
      return false;
    }
    owners.remove(user);
    remove(keys.get(0), user);
    return true;
  }

  private Log logOf(String metaKey) {
    return state.logs.computeIfAbsent(logName(metaKey), name -> new Log("e" + ++epochs));
  }

  /** {@code gw:{NAME}:m}. */
  private static String logName(String metaKey) {
    return metaKey.substring(metaKey.indexOf('{') + 1, metaKey.indexOf('}'));
  }

  Map<String, String> owners(String key) {
    return state.hashes.computeIfAbsent(key, each -> new TreeMap<>());
  }

  private boolean add(String key, String member) {
    return state.sets.computeIfAbsent(key, each -> new TreeSet<>()).add(member);
  }

  private boolean remove(String key, String member) {
    TreeSet<String> set = state.sets.get(key);
    if (set == null || !set.remove(member)) {
      return false;
    }
    if (set.isEmpty()) {
      state.sets.remove(key);
    }
    return true;
  }

  /** Everything it holds. */
  static final class State {
    private final Map<String, Log> logs = new TreeMap<>();
    private final Map<String, TreeMap<String, Position>> places = new TreeMap<>();
    private final Map<String, Receipt> receipts = new HashMap<>();
    private final Map<String, TreeSet<String>> sets = new TreeMap<>();
    private final Map<String, TreeMap<String, String>> hashes = new LinkedHashMap<>();
    private final TreeMap<String, Long> leases = new TreeMap<>();
    private final TreeSet<String> scripts = new TreeSet<>();

    private State copy() {
      State copy = new State();
      logs.forEach((key, log) -> copy.logs.put(key, log.copy()));
      places.forEach((key, readers) -> copy.places.put(key, new TreeMap<>(readers)));
      copy.receipts.putAll(receipts);
      sets.forEach((key, set) -> copy.sets.put(key, new TreeSet<>(set)));
      hashes.forEach((key, hash) -> copy.hashes.put(key, new TreeMap<>(hash)));
      copy.leases.putAll(leases);
      copy.scripts.addAll(scripts);
      return copy;
    }
  }

  /** The log of one channel or user. */
  static final class Log {
    final String epoch;
    long tip;
    private long floor;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    Log(String epoch) {
      this.epoch = epoch;
    }

    long oldest() {
      return tip - entries.size() + 1;
    }

    @Override
    public String toString() {
      return epoch + ":" + tip;
    }

    private void add(byte[] envelope, long expiry, int keep) {
      entries.add(new Entry(new String(envelope, UTF_8), expiry));
      while (entries.size() > keep) {
        entries.remove();
      }
    }

    private void forgetUpTo(long offset) {
      floor = Math.max(floor, offset);
      while (!entries.isEmpty() && oldest() <= floor) {
        entries.remove();
      }
    }

    private Log copy() {
      Log copy = new Log(epoch);
      copy.tip = tip;
      copy.floor = floor;
      copy.entries.addAll(entries);
      return copy;
    }
  }

  private record Entry(String text, long expiry) {}

  private record Receipt(long offset, String epoch, String text, long expiry) {}
}
