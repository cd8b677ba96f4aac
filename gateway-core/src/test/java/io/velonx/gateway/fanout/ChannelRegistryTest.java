package io.velonx.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.TestConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelRegistryTest {
  private static final ChannelName ROOM = ChannelName.room("a");

  private final ChannelRegistry registry = new ChannelRegistry(1);
  private final List<TestConnection> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(TestConnection::close);
  }

  @Test
  void joiningTwiceIsOneSubscription() {
    Connection connection = open();
    assertTrue(registry.join(connection, ROOM));
    assertFalse(registry.join(connection, ROOM));
    assertEquals(1, registry.subscriptionCount());
    assertTrue(registry.leave(connection, ROOM));
    assertFalse(registry.leave(connection, ROOM));
    assertEquals(0, registry.subscriptionCount());
  }

  @Test
  void channelExistsAsLongAsSomebodyIsSubscribed() {
    Connection one = open();
    Connection two = open();
    registry.join(one, ROOM);
    registry.join(two, ROOM);
    registry.leave(one, ROOM);
    assertTrue(registry.hasSubscribers(ROOM));
    registry.leaveAll(two);
    assertFalse(registry.hasSubscribers(ROOM));
    assertEquals(0, registry.channelCount());
    registry.join(one, ROOM);
    assertTrue(registry.hasSubscribers(ROOM));
  }

  @Test
  void whoLeavesDuringAWalkIsSkippedAndNobodyElseIs() {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(open());
      registry.join(all.get(i), ROOM);
    }
    Subscribers subscribers = subscribers();
    int end = subscribers.beginWalk();
    assertEquals(all.get(0), subscribers.at(0));
    registry.leave(all.get(0), ROOM);
    registry.leave(all.get(2), ROOM);
    Connection late = open();
    registry.join(late, ROOM);
    List<Connection> visited = new ArrayList<>();
    for (int i = 1; i < end; i++) {
      Connection connection = subscribers.at(i);
      if (connection != null) {
        visited.add(connection);
      }
    }
    assertEquals(List.of(all.get(1), all.get(3), all.get(4)), visited);
    subscribers.endWalk();
    assertEquals(4, subscribers.size());
    assertEquals(Set.of(all.get(1), all.get(3), all.get(4), late), members(subscribers));
  }

  /** Random joins, leaves and walks, compared with a plain set of pairs. */
  @Test
  void registryAgreesWithAPlainModel() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<ChannelName> names = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      names.add(ChannelName.room("r" + i));
    }
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      connections.add(open());
    }
    Map<ChannelName, Set<Connection>> model = new HashMap<>();
    names.forEach(name -> model.put(name, new HashSet<>()));
    ChannelName walkedName = null;
    Subscribers walked = null;
    for (int step = 0; step < 50_000; step++) {
      ChannelName name = names.get(random.nextInt(names.size()));
      Set<Connection> expected = Objects.requireNonNull(model.get(name));
      Connection connection = connections.get(random.nextInt(connections.size()));
      switch (random.nextInt(8)) {
        case 0, 1, 2 ->
            assertEquals(expected.add(connection), registry.join(connection, name), "seed " + seed);
        case 3, 4 ->
            assertEquals(
                expected.remove(connection), registry.leave(connection, name), "seed " + seed);
        case 5 -> {
          registry.leaveAll(connection);
          model.values().forEach(members -> members.remove(connection));
        }
        case 6 -> {
          LocalChannel channel = registry.find(name);
          if (walked == null && channel != null) {
            walkedName = name;
            walked = Objects.requireNonNull(channel.subscribers(0));
            walked.beginWalk();
          }
        }
        default -> {
          if (walked != null) {
            walked.endWalk();
            walked = null;
          }
        }
      }
      assertEquals(!expected.isEmpty(), registry.hasSubscribers(name), "seed " + seed);
      LocalChannel channel = registry.find(name);
      if (channel != null && !(walked != null && name.equals(walkedName))) {
        assertEquals(
            expected, members(Objects.requireNonNull(channel.subscribers(0))), "seed " + seed);
      }
      assertEquals(
          model.values().stream().mapToInt(Set::size).sum(),
          registry.subscriptionCount(),
          "seed " + seed);
    }
  }

  private Subscribers subscribers() {
    return Objects.requireNonNull(Objects.requireNonNull(registry.find(ROOM)).subscribers(0));
  }

  private static Set<Connection> members(Subscribers subscribers) {
    Set<Connection> members = new HashSet<>();
    int end = subscribers.beginWalk();
    for (int i = 0; i < end; i++) {
      members.add(Objects.requireNonNull(subscribers.at(i)));
    }
    subscribers.endWalk();
    assertEquals(subscribers.size(), members.size());
    return members;
  }

  private Connection open() {
    TestConnection connection = new TestConnection(opened.size(), "u" + opened.size());
    opened.add(connection);
    return connection.connection();
  }
}
