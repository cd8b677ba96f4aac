package io.velonx.gateway.simulation;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.simulation.Plan.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One history: a while with faults, a while without, and a look at what is left.
 *
 * <p>While it runs, each client checks what it is given: every publication once and in the order of
 * its channel, every message of its inbox until it acknowledged it, nothing missing that it was not
 * told of, and no such notice without a cause. In the end everybody must have everything, and the
 * shared sets must say who is there.
 */
final class Simulation {
  private static final long FAULTS_END = TimeUnit.SECONDS.toNanos(12);
  private static final long TALK_ENDS = FAULTS_END + TimeUnit.SECONDS.toNanos(6);

  /** A channel that went deaf is noticed by a round over all logs, which takes 25 s. */
  private static final long SETTLED = TALK_ENDS + TimeUnit.SECONDS.toNanos(45);

  /** Two rounds until an unused log is forgotten, after topics lingered. */
  private static final long EMPTY = SETTLED + TimeUnit.SECONDS.toNanos(90);

  private final long seed;
  private final World world;
  private final Truth truth;
  private final SimRedis redis;
  private final Plan plan;
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<SimClient> clients = new ArrayList<>();

  /** How far readers of inboxes have come by their own word, by user and device. */
  private final Map<String, Map<String, Long>> places = new HashMap<>();

  private int nodesStarted;
  private int said;

  Simulation(long seed, boolean tracing) {
    this.seed = seed;
    world = new World(seed, tracing);
    truth = new Truth(world);
    redis = new SimRedis(world, truth);
    plan = Plan.of(seed);
  }

  /** Breaks a rule on purpose. */
  Simulation withAppendsLost(double rate) {
    redis.losesAppends = rate;
    return this;
  }

  /** Breaks a rule on purpose. */
  Simulation withUnreadForgotten(double rate) {
    redis.forgetsUnread = rate;
    return this;
  }

  Truth truth() {
    return truth;
  }

  World world() {
    return world;
  }

  Plan plan() {
    return plan;
  }

  /** Returns what broke a promise, or null. */
  @Nullable String run() {
    try {
      for (int i = 0; i < plan.nodes(); i++) {
        startNode();
      }
      for (int i = 0; i < plan.clients(); i++) {
        // Some users have two clients.
        String name = "c" + i;
        String userId = "u" + i * 3 / 4;
        // Some pages name no device, and share a place with others of their user.
        String device = i % 3 == 2 ? null : "d" + i;
        InboxView inbox =
            new InboxView(
                world,
                truth,
                name,
                userId,
                device,
                plan.keptMessages(),
                places.computeIfAbsent(userId + " " + device, each -> new HashMap<>()));
        SimClient client =
            new SimClient(world, truth, plan, name, userId, inbox, () -> List.copyOf(nodes));
        clients.add(client);
        world.after(world.between(0, 1000), () -> act(client));
      }
      plan.faults().forEach(this::scheduleFaults);
      world.after(world.between(0, 1000), this::talk);
      world.runUntil(FAULTS_END);
      heal();
      world.runUntil(SETTLED);
      if (world.violation == null) {
        checkSettled();
      }
      if (world.violation == null && seed % 4 == 0) {
        clients.forEach(SimClient::leave);
        world.runUntil(EMPTY);
        checkEmpty();
      }
      return world.violation;
    } finally {
      List.copyOf(nodes).forEach(SimNode::crash);
    }
  }

  private void act(SimClient client) {
    if (world.nanoTime() < FAULTS_END) {
      client.act();
    } else if (world.nanoTime() < SETTLED - TimeUnit.SECONDS.toNanos(15)) {
      client.settle();
    } else {
      return;
    }
    world.after(world.between(20, 600), () -> act(client));
  }

  /** A back end speaks through one of the nodes, sometimes much at once. */
  private void talk() {
    if (world.nanoTime() > TALK_ENDS) {
      return;
    }
    int burst = world.chance(0.01) ? 1 + world.random.nextInt(150) : 1;
    String room = world.oneOf(plan.rooms());
    if (!nodes.isEmpty()) {
      SimNode node = world.oneOf(nodes);
      for (int i = 0; i < burst; i++) {
        node.publish(ChannelName.room(room), room + "/" + ++said);
      }
      if (world.chance(0.2)) {
        node.post("u" + world.random.nextInt(plan.clients()), "post-" + ++said);
      }
    }
    world.after(world.between(0, 2000 / plan.publicationsPerSecond()), this::talk);
  }

  private void startNode() {
    SimNode node = new SimNode(world, redis, "n" + ++nodesStarted, plan);
    world.trace(() -> node.id + " starts");
    nodes.add(node);
    truth.started();
  }

  private void scheduleFaults(Fault fault, int perMinute) {
    world.after(
        world.between(0, 2L * 60_000 / perMinute),
        () -> {
          if (world.nanoTime() < FAULTS_END) {
            happen(fault);
            scheduleFaults(fault, perMinute);
          }
        });
  }

  private void happen(Fault fault) {
    if (nodes.isEmpty()) {
      return;
    }
    SimNode node = world.oneOf(nodes);
    world.trace(() -> "FAULT " + fault + " " + node.id);
    switch (fault) {
      case TOPICS_DROP -> node.wire.drop();
      case TOPICS_DEAF -> {
        truth.trouble();
        node.wire.goDeaf();
      }
      case ONE_TOPIC_DEAF -> node.wire.forgetTopic("room:" + world.oneOf(plan.rooms()));
      case REPEATS -> node.wire.weather.repeats = world.random.nextDouble() / 4;
      case DELAYS -> {
        troubleFor(FAULTS_END - world.nanoTime() + TimeUnit.SECONDS.toNanos(4));
        node.wire.weather.longestDelayMillis = 10 + world.random.nextInt(1800);
      }
      case REQUESTS_LOST -> lose(node, () -> node.wire.weather.losesRequests = 0.7);
      case ANSWERS_LOST -> lose(node, () -> node.wire.weather.losesAnswers = 0.7);
      case NODE_CRASH -> crash(node);
      case NODE_PAUSE -> pause(node);
      case REDIS_STALL -> {
        troubleFor(TimeUnit.SECONDS.toNanos(6));
        redis.stalledUntil = world.nanoTime() + world.between(50, 4_500);
      }
      case REDIS_DOWN -> goDown(() -> {});
      case REDIS_FLUSH -> goDown(redis::flush);
      case REDIS_FAIL_OVER -> {
        SimRedis.State replica = redis.copy();
        world.after(
            world.between(0, 400),
            () -> {
              if (world.nanoTime() < FAULTS_END) {
                goDown(() -> redis.failOver(replica));
              }
            });
      }
      default -> throw new AssertionError(fault);
    }
  }

  private void lose(SimNode node, Runnable begin) {
    long lasts = world.between(100, 5_000);
    troubleFor(lasts + TimeUnit.SECONDS.toNanos(3));
    begin.run();
    world.after(lasts, node.wire.weather::calm);
  }

  private void crash(SimNode node) {
    world.trace(() -> node.id + " crashes");
    nodes.remove(node);
    node.crash();
    world.after(world.between(100, 5_000), this::startNode);
  }

  private void pause(SimNode node) {
    long until = world.nanoTime() + world.between(50, 9_000);
    node.pauseUntil(until);
    truth.trouble();
    world.at(until, truth::trouble);
    if (world.chance(0.5)) {
      // Redis does not keep forever what nobody takes.
      world.after(world.between(500, 3_000), node.wire::drop);
    }
  }

  private void goDown(Runnable meanwhile) {
    if (!redis.up) {
      return;
    }
    redis.up = false;
    redis.dropAll();
    redis.restarted();
    meanwhile.run();
    long lasts = world.between(20, 5_000);
    troubleFor(lasts + TimeUnit.SECONDS.toNanos(3));
    world.after(lasts, () -> redis.up = true);
  }

  /** Whoever asks Redis from now until then may remain without an answer. */
  private void troubleFor(long nanos) {
    truth.trouble();
    for (long after = 0; after <= nanos; after += TimeUnit.MILLISECONDS.toNanos(500)) {
      world.after(after, truth::trouble);
    }
  }

  private void heal() {
    world.trace(() -> "FAULTS END");
    redis.up = true;
    redis.stalledUntil = 0;
    for (SimNode node : nodes) {
      node.resume();
      node.wire.weather.calm();
    }
    if (nodes.isEmpty()) {
      startNode();
    }
  }

  private void checkSettled() {
    nodes.forEach(SimNode::check);
    for (SimNode node : nodes) {
      if (node.hasGivenUp()) {
        truth.count("gave up what it kept");
      } else {
        truth.checkPromises(node.id);
      }
    }
    for (SimClient client : clients) {
      SimRedis.Log kept = redis.log("user:" + client.userId());
      if (!client.inbox.isComplete(kept)) {
        world.violated(
            client.name() + " ends its inbox " + client.inbox + " (expected: " + kept + ")");
      }
      for (String room : plan.rooms()) {
        View view = client.views.get(room);
        SimRedis.Log log = redis.log("room:" + room);
        boolean complete = view != null && log != null && view.isComplete(log);
        if (!complete) {
          world.violated(
              client.name() + " in " + room + " ends " + view + " (expected: " + log + ")");
        }
      }
    }
    checkPresence();
  }

  private void checkEmpty() {
    nodes.forEach(SimNode::checkEmpty);
    checkPresence();
  }

  private void checkWords() {
    Map<String, String> expected = new TreeMap<>();
    nodes.forEach(node -> node.addWords(expected));
    Map<String, String> words = new TreeMap<>();
    redis
        .owners("gw:{users:online}:d")
        .forEach((key, word) -> words.put(key.replaceFirst("~\\d+", ""), word));
    if (!words.equals(expected)) {
      world.violated("said of users: " + words + " (expected: " + expected + ")");
    }
  }

  private void checkPresence() {
    Map<String, TreeSet<String>> expected = new TreeMap<>();
    TreeSet<String> everyone = new TreeSet<>();
    nodes.forEach(node -> node.addOnline(everyone, ""));
    expected.put("users:online", everyone);
    for (String room : plan.rooms()) {
      TreeSet<String> online = new TreeSet<>();
      nodes.forEach(node -> node.addOnline(online, room));
      expected.put("room:" + room + ":online", online);
    }
    expected.forEach(
        (key, users) -> {
          Set<String> online = new TreeSet<>(redis.members(key));
          if (!online.equals(users)) {
            world.violated(
                "online in "
                    + key
                    + ": "
                    + redis.members(key)
                    + " (expected: "
                    + users
                    + ") owners: "
                    + redis.owners("gw:{" + key + "}:h"));
          }
        });
    checkWords();
    for (String incarnation : redis.leases().keySet()) {
      String id = incarnation.substring(0, incarnation.indexOf('~'));
      if (nodes.stream().noneMatch(node -> node.id.equals(id))) {
        world.violated("a lease of a dead node: " + incarnation);
      }
    }
    for (String key : redis.setKeys()) {
      boolean ofLeaseholder =
          !key.startsWith("gw:")
              || redis.leases().keySet().stream()
                  .anyMatch(incarnation -> key.contains(incarnation));
      if (!ofLeaseholder) {
        world.violated("left behind: " + key + " " + redis.members(key));
      }
    }
  }
}
