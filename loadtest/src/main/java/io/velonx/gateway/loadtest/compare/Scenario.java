package io.velonx.gateway.loadtest.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A row of the comparison: one load, and the figures it is read by. */
@SuppressWarnings("ImmutableEnumChecker") // made of List.of and records
enum Scenario {
  ONE_ROOM_8(
      "1 room × 1,000, closed loop, 8 in flight",
      Load.fanout(1_000, 1, "--window", 8),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU)),
  ONE_ROOM_64(
      "1 room × 1,000, closed loop, 64 in flight",
      Load.fanout(1_000, 1, "--window", 64),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU)),
  ONE_ROOM_100K(
      "1 room × 1,000, open loop, 100,000 deliveries/s",
      Load.fanout(1_000, 1, "--deliveries-rate", 100_000),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU, Figure.LATENCY_P50, Figure.LATENCY_P99)),
  ONE_ROOM_30K(
      "1 room × 1,000, open loop, 30,000 deliveries/s",
      Load.fanout(1_000, 1, "--deliveries-rate", 30_000),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU, Figure.LATENCY_P99)),
  MANY_ROOMS(
      "1,000 rooms × 10, closed loop, 1,000 in flight",
      Load.fanout(10_000, 1_000, "--window", 1_000),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU)),
  MANY_ROOMS_30K(
      "1,000 rooms × 10, open loop, 30,000 deliveries/s",
      Load.fanout(10_000, 1_000, "--deliveries-rate", 30_000),
      List.of(Figure.DELIVERIES, Figure.DELIVERY_CPU, Figure.LATENCY_P99)),
  IDLE(
      "10,000 idle connections, fresh process",
      new Load("idle", 10_000, 1_000, List.of()),
      List.of(Figure.MEMORY)),
  HANDSHAKES(
      "handshakes, 64 at a time",
      new Load("churn", 64, 1, List.of()),
      List.of(Figure.HANDSHAKES, Figure.HANDSHAKE_CPU)),
  ECHO(
      "round trips, 50 connections",
      new Load("echo", 50, 1, List.of()),
      List.of(Figure.REQUESTS, Figure.REQUEST_CPU));

  private final String title;
  private final Load load;
  private final List<Figure> figures;

  Scenario(String title, Load load, List<Figure> figures) {
    this.title = title;
    this.load = load;
    this.figures = figures;
  }

  /** Fails: {@link IllegalArgumentException} that names the known ones. */
  static Scenario named(String name) {
    return Arrays.stream(values())
        .filter(scenario -> scenario.spelling().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "scenario: "
                        + name
                        + Arrays.stream(values())
                            .map(Scenario::spelling)
                            .collect(Collectors.joining(", ", " (expected: ", ")"))));
  }

  String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String title() {
    return title;
  }

  List<Figure> figures() {
    return figures;
  }

  /** Whether memory is measured, which only a process that did nothing before can show. */
  boolean needsFreshServer() {
    return this == IDLE;
  }

  /** How long a JVM is loaded before its loads count: a handshake takes it through most code. */
  String timeToWarm() {
    return this == HANDSHAKES ? "60s" : "10s";
  }

  /** What the swarm is told, with connections and rooms divided by {@code shrink}. */
  List<String> arguments(int shrink) {
    return load.arguments(shrink);
  }

  private record Load(String kind, int connections, int rooms, List<String> options) {
    static Load fanout(int connections, int rooms, String pace, int value) {
      return new Load("fanout", connections, rooms, List.of(pace, Integer.toString(value)));
    }

    List<String> arguments(int shrink) {
      List<String> all = new ArrayList<>(List.of(kind));
      int divisor = connections > 1_000 ? shrink : 1;
      all.addAll(List.of("--connections", Integer.toString(connections / divisor)));
      all.addAll(List.of("--rooms", Integer.toString(Math.max(1, rooms / divisor))));
      all.addAll(options);
      return all;
    }
  }
}
