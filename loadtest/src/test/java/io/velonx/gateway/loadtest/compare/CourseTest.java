package io.velonx.gateway.loadtest.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.compare.Comparison.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CourseTest {
  private static final Size SIZE = new Size("1s", "2s", "3s", 1, 3);

  private final FakeServers servers = new FakeServers();
  private final RecordingSwarm swarm = new RecordingSwarm();
  private final StringWriter progress = new StringWriter();

  @Test
  void everyRepetitionCountsAndWarmingUpDoesNot() throws Exception {
    Comparison comparison =
        compare(List.of(Scenario.ECHO), List.of(Candidate.VERTX, Candidate.NATS));

    assertEquals(3 + 3 + 1, swarm.loads.size());
    Comparison.Row row = comparison.rows().get(0);
    assertEquals(
        List.of("vertx", "nats"),
        row.cells().stream().map(Comparison.Cell::column).distinct().toList());
    assertEquals(
        List.of(1.0, 3.0, 5.0),
        row.cells().get(0).values(),
        "the first load of Vert.x only warms up");
  }

  @Test
  void whatIsNotInstalledIsSkipped() throws Exception {
    servers.absent = Candidate.NCHAN;

    Comparison comparison =
        compare(List.of(Scenario.ECHO), List.of(Candidate.NCHAN, Candidate.NATS));

    assertEquals(
        List.of(new Problem("nchan", "", "skipped: nchan: nginx not installed")),
        comparison.problems());
    assertEquals(List.of("nats"), comparison.columns().stream().map(c -> c.name()).toList());
    assertTrue(progress.toString().contains("nginx not installed"));
  }

  @Test
  void aLoadThatFailedIsNotTriedAgain() throws Exception {
    swarm.failing = "mosquitto";

    Comparison comparison =
        compare(
            List.of(Scenario.ECHO, Scenario.HANDSHAKES),
            List.of(Candidate.MOSQUITTO, Candidate.NATS));

    assertEquals(
        List.of(
            new Problem("mosquitto", "echo", "refused"),
            new Problem("mosquitto", "handshakes", "refused")),
        comparison.problems());
    assertEquals(2 + 3 + 3, swarm.loads.size());
  }

  @Test
  void memoryIsThatOfAProcessOfItsOwn() throws Exception {
    compare(List.of(Scenario.IDLE), List.of(Candidate.UWEBSOCKETS));

    assertEquals(1 + 3, servers.started);
    assertEquals(3, servers.stopped);
  }

  @Test
  void theSwarmIsToldHowToReachTheServer() throws Exception {
    compare(List.of(Scenario.ONE_ROOM_8), List.of(Candidate.GATEWAY, Candidate.NODE_WS));

    String gateway = String.join(" ", swarm.loads.get(1));
    String node = String.join(" ", swarm.loads.get(2));
    assertTrue(gateway.startsWith("fanout --connections 1000 --rooms 1 --window 8 "), gateway);
    assertTrue(gateway.contains("--url ws://127.0.0.1:1"), gateway);
    assertTrue(gateway.contains("--publisher redis --publish-url redis://127.0.0.1:77"), gateway);
    assertTrue(node.contains("--dialect root/loadtest/peers/node-ws/dialect"), node);
  }

  private Comparison compare(List<Scenario> scenarios, List<Candidate> candidates)
      throws InterruptedException {
    return new Course(servers, swarm, Path.of("root"), SIZE, new PrintWriter(progress, true))
        .run("now", Map.of(), scenarios, candidates);
  }

  /** Answers with how often it was asked. */
  private static final class RecordingSwarm implements Swarm {
    private final List<List<String>> loads = new ArrayList<>();
    private String failing = "nothing";

    @Override
    public Map<String, Double> run(List<String> arguments) throws IOException {
      loads.add(arguments);
      if (arguments.contains(failing)) {
        throw new IOException("refused");
      }
      return Map.of("requests_per_second", (double) loads.size() - 1);
    }
  }

  private static final class FakeServers implements Servers {
    private Candidate absent = Candidate.SOCKETIO;
    private int started;
    private int stopped;

    @Override
    public Optional<String> obstacle(Candidate candidate) {
      return candidate == absent
          ? Optional.of(candidate.spelling() + ": nginx not installed")
          : Optional.empty();
    }

    @Override
    public Server start(Candidate candidate) {
      started++;
      return server(started);
    }

    @Override
    public Server startForMemory(Candidate candidate) {
      return start(candidate);
    }

    @Override
    public void stop(Server server) {
      stopped++;
    }

    @Override
    public Server redis(Candidate candidate) {
      return server(77);
    }

    @Override
    public String secret() {
      return "secret";
    }

    private static Server server(int port) {
      return new Server(ProcessHandle.current(), Path.of("log"), port, port + 1);
    }
  }
}
