package io.velonx.gateway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.SimulatedLink;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RScript;
import org.redisson.api.RSet;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.listener.MessageListener;
import org.redisson.api.listener.PatternMessageListener;
import org.redisson.api.listener.StatusListener;
import org.redisson.client.RedisException;
import org.redisson.client.RedisNoScriptException;
import org.redisson.misc.CompletableFutureWrapper;

/**
 * The connections of one node to Redis, and as much of Redisson as the backplane uses: commands in
 * batches, and one connection on which publications arrive in order, or not at all for a while.
 */
final class RedisWire implements SimulatedLink.Wire {
  private static final long SUBSCRIBE_TIMEOUT_FACTOR = 2;

  final Weather weather = new Weather();

  private final World world;
  private final SimRedis redis;
  private final SimLoop home;
  private final SimLoop timer;
  private final long timeoutNanos;
  private final Map<String, Topic> topics = new LinkedHashMap<>();
  private final List<Runnable> lost = new ArrayList<>();
  private final RedissonClient client;

  // The connection for topics. What was sent on an earlier one never arrives.
  private int connection;
  private boolean connected;
  private boolean deaf;
  private long lastArrival;
  private boolean dead;

  RedisWire(World world, SimRedis redis, SimLoop home, SimLoop timer, BackplaneTimings timings) {
    this.world = world;
    this.redis = redis;
    this.home = home;
    this.timer = timer;
    timeoutNanos = timings.commandTimeout().toNanos();
    client =
        fake(
            RedissonClient.class,
            (method, args) ->
                switch (method) {
                  case "getTopic" -> topic((String) args[0]);
                  case "getPatternTopic" -> patternTopic((String) args[0]);
                  case "createBatch" -> new Batch().proxy();
                  default -> throw new UnsupportedOperationException(method);
                });
    redis.connect(this);
  }

  @Override
  public void open(Consumer<RedissonClient> opened) {
    world.after(world.between(1, 300), () -> tryOpen(opened));
  }

  @Override
  public void onLost(Runnable listener) {
    lost.add(listener);
  }

  @Override
  public void reconnectTopics() {
    world.trace(() -> home + " connects its topics again");
    drop();
  }

  /** The node is no more. */
  void die() {
    dead = true;
    connected = false;
    connection++;
    redis.disconnect(this);
  }

  /** The connection for topics is lost, with what is on its way. */
  void drop() {
    if (dead || !connected) {
      return;
    }
    world.trace(() -> home + " lost its topics");
    connected = false;
    deaf = false;
    connection++;
    topics.values().forEach(topic -> topic.subscribedAtRedis = false);
    home.execute(() -> lost.forEach(Runnable::run));
    world.after(world.between(50, 1500), this::reconnect);
  }

  /** Nothing arrives any more, and nobody says so. */
  void goDeaf() {
    deaf = true;
  }

  /** Redis forgets one topic of this node. */
  void forgetTopic(String name) {
    Topic topic = topics.get(name);
    if (topic != null) {
      topic.subscribedAtRedis = false;
    }
  }

  long publish(String name, byte[] message) {
    long receivers = 0;
    for (Topic topic : List.copyOf(topics.values())) {
      if (connected && topic.subscribedAtRedis && topic.matches(name)) {
        receivers++;
        int times = world.chance(weather.repeats) ? 2 : 1;
        for (int i = 0; i < times; i++) {
          arrive(() -> topic.deliver(name, message));
        }
      }
    }
    return receivers;
  }

  List<String> topicsListenedTo() {
    return topics.values().stream()
        .filter(topic -> topic.subscribedAtRedis)
        .map(topic -> topic.name)
        .toList();
  }

  private void tryOpen(Consumer<RedissonClient> opened) {
    if (dead) {
      return;
    }
    if (!redis.up) {
      world.after(world.between(100, 1000), () -> tryOpen(opened));
      return;
    }
    connected = true;
    timer.execute(() -> opened.accept(client));
  }

  private void reconnect() {
    if (dead || connected) {
      return;
    }
    if (!redis.up) {
      world.after(world.between(100, 1500), this::reconnect);
      return;
    }
    connected = true;
    deaf = false;
    world.trace(() -> home + " has its topics again");
    for (Topic topic : List.copyOf(topics.values())) {
      if (!topic.listeners.isEmpty()) {
        subscribe(topic, topic::resumed);
      }
    }
  }

  /** Sends SUBSCRIBE; the answer comes in one order with what is published from then on. */
  private void subscribe(Topic topic, Runnable acknowledged) {
    int sentOn = connection;
    request(
        () -> {
          if (connection == sentOn && connected) {
            topic.subscribedAtRedis = !topic.listeners.isEmpty();
            arrive(acknowledged);
          }
        });
  }

  private void request(Runnable atRedis) {
    world.after(delay(), () -> whenAwake(atRedis));
  }

  private void whenAwake(Runnable atRedis) {
    if (redis.stalledUntil > world.nanoTime()) {
      world.at(redis.stalledUntil + world.between(0, 2), () -> whenAwake(atRedis));
    } else if (redis.up && !dead) {
      atRedis.run();
    }
  }

  /** Brings something over the connection for topics, in order. */
  private void arrive(Runnable action) {
    int sentOn = connection;
    lastArrival = Math.max(lastArrival + 1, world.nanoTime() + delay());
    world.at(
        lastArrival,
        () -> {
          if (connection == sentOn && !deaf) {
            home.execute(action);
          }
        });
  }

  private long delay() {
    long usual = 20_000L + world.random.nextInt(400_000);
    return weather.longestDelayMillis == 0 || world.chance(0.5)
        ? usual
        : usual + world.between(0, weather.longestDelayMillis);
  }

  private RTopic topic(String name) {
    return fake(
        RTopic.class,
        (method, args) ->
            switch (method) {
              case "addListenerAsync" ->
                  args.length == 2
                      ? addListener(name, messageListener(args[1]))
                      : addStatusListener(name, (StatusListener) args[0]);
              case "removeAllListenersAsync" -> removeAllListeners(name);
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private RPatternTopic patternTopic(String pattern) {
    return fake(
        RPatternTopic.class,
        (method, args) -> {
          if (!method.equals("addListenerAsync")) {
            throw new UnsupportedOperationException(method);
          }
          @SuppressWarnings("unchecked")
          PatternMessageListener<byte[]> listener = (PatternMessageListener<byte[]>) args[1];
          return addListener(
              pattern, (topic, message) -> listener.onMessage(pattern, topic, message));
        });
  }

  @SuppressWarnings("unchecked")
  private static MessageListener<byte[]> messageListener(Object listener) {
    return (MessageListener<byte[]>) listener;
  }

  private RFuture<Integer> addListener(String name, MessageListener<byte[]> listener) {
    if (!connected) {
      return new CompletableFutureWrapper<>(new RedisException("not connected"));
    }
    Topic topic = topics.computeIfAbsent(name, Topic::new);
    world.trace(() -> home + " adds a listener to " + name);
    CompletableFuture<Integer> added = new CompletableFuture<>();
    topic.listeners.add(listener);
    if (topic.live) {
      home.execute(() -> added.complete(1));
      return new CompletableFutureWrapper<>(added);
    }
    subscribe(
        topic,
        () -> {
          topic.live = true;
          added.complete(1);
        });
    failLater(
        added,
        SUBSCRIBE_TIMEOUT_FACTOR * timeoutNanos,
        () -> {
          if (!topic.live || world.chance(0.5)) {
            topic.listeners.remove(listener);
          }
        });
    return new CompletableFutureWrapper<>(added);
  }

  private RFuture<Integer> addStatusListener(String name, StatusListener listener) {
    CompletableFuture<Integer> added = new CompletableFuture<>();
    Topic topic = topics.computeIfAbsent(name, Topic::new);
    topic.statusListeners.add(listener);
    if (world.chance(0.5)) {
      added.complete(2);
    } else {
      home.execute(() -> added.complete(2));
    }
    return new CompletableFutureWrapper<>(added);
  }

  private RFuture<Void> removeAllListeners(String name) {
    CompletableFuture<Void> removed = new CompletableFuture<>();
    Topic topic = topics.get(name);
    if (!connected) {
      return new CompletableFutureWrapper<>(new RedisException("not connected"));
    }
    if (topic == null) {
      home.execute(() -> removed.complete(null));
      return new CompletableFutureWrapper<>(removed);
    }
    world.trace(() -> home + " drops the listeners of " + name);
    int sentOn = connection;
    topic.listeners.clear();
    topic.statusListeners.clear();
    topic.live = false;
    topics.remove(name, topic);
    request(
        () -> {
          if (connection == sentOn && connected) {
            topic.subscribedAtRedis = false;
            arrive(() -> removed.complete(null));
          }
        });
    failLater(removed, timeoutNanos, () -> {});
    return new CompletableFutureWrapper<>(removed);
  }

  private void failLater(CompletableFuture<?> future, long nanos, Runnable alsoDo) {
    timer.schedule(
        () -> {
          if (!future.isDone()) {
            alsoDo.run();
            future.completeExceptionally(new RedisException("timeout"));
          }
        },
        nanos,
        TimeUnit.NANOSECONDS);
  }

  private interface Call {
    @Nullable Object call(String method, Object[] args);
  }

  private static <T> T fake(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            RedisWire.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == args[0];
                  case "toString" -> type.getSimpleName();
                  default -> call.call(method.getName(), args == null ? new Object[0] : args);
                }));
  }

  /** A topic or pattern, as the client knows it. */
  private static final class Topic {
    private final String name;
    private final List<MessageListener<byte[]>> listeners = new ArrayList<>();
    private final List<StatusListener> statusListeners = new ArrayList<>();
    private boolean live;
    private boolean subscribedAtRedis;

    Topic(String name) {
      this.name = name;
    }

    boolean matches(String published) {
      return name.endsWith("*")
          ? published.startsWith(name.substring(0, name.length() - 1))
          : name.equals(published);
    }

    void deliver(String published, byte[] message) {
      List.copyOf(listeners).forEach(listener -> listener.onMessage(published, message));
    }

    void resumed() {
      live = true;
      List.copyOf(statusListeners).forEach(listener -> listener.onSubscribe(name));
    }
  }

  /** Commands that travel together. */
  private final class Batch {
    private final List<Command<?>> commands = new ArrayList<>();
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    RBatch proxy() {
      return fake(
          RBatch.class,
          (method, args) ->
              switch (method) {
                case "getTopic" -> publishing((String) args[0]);
                case "getScript" -> scripts();
                case "getSet" -> set((String) args[0]);
                case "getScoredSortedSet" -> leases();
                case "executeAsync" -> execute();
                default -> throw new UnsupportedOperationException(method);
              });
    }

    private Object publishing(String topic) {
      return fake(
          RTopic.class, (method, args) -> add(() -> redis.publish(topic, (byte[]) args[0])));
    }

    private Object scripts() {
      return fake(
          RScript.class,
          (method, args) -> {
            String name = SimulatedLink.scriptOf((String) args[2]);
            boolean known = method.equals("evalShaAsync");
            List<String> keys = new ArrayList<>();
            ((List<?>) args[4]).forEach(key -> keys.add((String) key));
            List<byte[]> arguments =
                Arrays.stream((Object[]) args[5]).map(each -> (byte[]) each).toList();
            return add(
                () -> {
                  if (known && !redis.knowsScript(name)) {
                    throw new RedisNoScriptException("NOSCRIPT");
                  }
                  redis.learnScript(name);
                  return redis.run(name, keys, arguments);
                });
          });
    }

    private Object set(String key) {
      return fake(
          RSet.class,
          (method, args) ->
              switch (method) {
                case "randomAsync" ->
                    add(() -> new LinkedHashSet<>(redis.randomMembers(key, (Integer) args[0])));
                case "removeAsync" ->
                    add(() -> redis.removeMember(key, new String((byte[]) args[0], UTF_8)));
                default -> throw new UnsupportedOperationException(method);
              });
    }

    private Object leases() {
      return fake(
          RScoredSortedSet.class,
          (method, args) -> add(() -> redis.removeLease(new String((byte[]) args[0], UTF_8))));
    }

    private <T> RFuture<T> add(Supplier<T> effect) {
      Command<T> command = new Command<>(effect);
      commands.add(command);
      return new CompletableFutureWrapper<>(command.reply);
    }

    private RFuture<Void> execute() {
      // A connection that is lost with a request on it says so sooner than the timer.
      long patience = world.chance(0.3) ? world.between(1, 500) : timeoutNanos;
      if (!redis.up) {
        failLater(done, patience, () -> {});
      } else {
        failLater(done, timeoutNanos, () -> {});
        boolean lost = world.chance(weather.losesRequests);
        if (!lost) {
          request(() -> carryOut(0));
        }
      }
      return new CompletableFutureWrapper<>(done);
    }

    /** One command after the other; those of other nodes may come in between. */
    private void carryOut(int from) {
      for (int i = from; i < commands.size(); i++) {
        commands.get(i).carryOut();
        if (world.chance(0.05)) {
          int next = i + 1;
          world.after(1_000, () -> whenAwake(() -> carryOut(next)));
          return;
        }
      }
      if (!world.chance(weather.losesAnswers)) {
        world.after(delay(), () -> home.execute(this::answer));
      }
    }

    private void answer() {
      if (!done.isDone()) {
        commands.forEach(Command::answer);
        done.complete(null);
      }
    }
  }

  private static final class Command<T> {
    private final Supplier<T> effect;
    private final CompletableFuture<T> reply = new CompletableFuture<>();
    private @Nullable T result;
    private @Nullable RuntimeException failure;

    Command(Supplier<T> effect) {
      this.effect = effect;
    }

    void carryOut() {
      try {
        result = effect.get();
      } catch (RedisNoScriptException unknown) {
        failure = unknown;
      }
    }

    void answer() {
      if (failure == null) {
        reply.complete(result);
      } else {
        reply.completeExceptionally(failure);
      }
    }
  }
}
