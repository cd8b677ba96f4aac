package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every scenario against a real node: counts are exact, times are what they are. */
class ScenarioIT {
  /** The gateway's own dialect, with the plain tokens of a test node and a client as publisher. */
  static final String DIALECT =
      """
      label = node
      path = /api/community/ws?token=user-${user}
      open = expect USER_JOINED
      open = send text:{"type":"SUBSCRIBE","id":"s${slot}","payload":{"roomId":"r${room}"}}
      open = expect "type":"ACK"
      body = {"type":"CHAT_MESSAGE","payload":{"roomId":"r${room}","content":"${marker}${padding}"}}
      publish.open = expect USER_JOINED
      publish.open = send text:{"type":"SUBSCRIBE","id":"p","payload":{"channels":[CHANNELS]}}
      publish.open = expect "type":"ACK"
      publish.channel = room:r${room}
      echo.send = text:{"type":"PING","payload":{}}
      echo.expect = "PONG"
      """
          .replace(
              "CHANNELS",
              "\"room:r0\",\"room:r1\",\"room:r2\",\"room:r3\",\"room:r4\",\"room:r5\"");

  @TempDir Path folder;
  private TestNode node;

  @BeforeEach
  void start() {
    node =
        TestNode.start(
            settings ->
                settings
                    .clientPublishing(
                        new ClientPublishing(Map.of("room:", ClientPublishing.Policy.RELAY)))
                    // A load is faster than people type.
                    .limits(limits -> limits.commands(Rate.UNLIMITED).publishing(Rate.UNLIMITED)));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void fanoutInAClosedLoopDeliversEverything() {
    LoadTestRun run = run("fanout", "--connections", "60", "--window", "4").exact();

    assertEquals(60 * run.figure("publications"), run.figure("received_deliveries"));
    assertTrue(run.figure("deliveries") > 0);
    assertEquals(0, run.figure("written_off_publications"));
  }

  @Test
  void fanoutAtARateOverManyRoomsAndLoopsDeliversEverything() {
    run(
            "fanout",
            "--connections",
            "60",
            "--rooms",
            "6",
            "--rooms-per-connection",
            "3",
            "--loops",
            "2",
            "--rate",
            "300",
            "--publishers",
            "2")
        .exact();
  }

  @Test
  void fanoutToRoomsOfSkewedSizeFromTwoProcessesDeliversEverything() {
    LoadTestRun run =
        run(
                "fanout",
                "--connections",
                "60",
                "--rooms",
                "5",
                "--zipf",
                "1",
                "--window",
                "8",
                "--processes",
                "2")
            .exact();

    assertTrue(run.figure("publications") > 8);
  }

  @Test
  void echoAnswersOnEveryConnection() {
    LoadTestRun run = run("echo", "--connections", "50");

    assertTrue(run.figure("requests") >= 50);
    assertEquals(0, run.figure("ended_connections"));
  }

  @Test
  void connectOpensEveryConnection() {
    LoadTestRun run = run("connect", "--connections", "80", "--background", "10");

    assertEquals(80, run.figure("opened"));
    assertEquals(80, run.figure("handshakes"));
    assertEquals(0, run.figure("failed"));
    assertTrue(run.json().path("figures").path("handshake_ms_p50").asDouble() > 0);
  }

  @Test
  void churnOpensAndClosesCleanly() {
    LoadTestRun run = run("churn", "--connections", "20");

    assertTrue(run.figure("handshakes") > 20);
    assertTrue(run.figure("closed_cleanly") > 20);
    assertEquals(0, run.figure("failed"));
    assertEquals(0, run.figure("ended_connections"));
  }

  @Test
  void idleLooksAtThreeSizes() {
    LoadTestRun run =
        run(
            "idle",
            "--connections",
            "90",
            "--settle",
            "100ms",
            "--server-pid",
            Long.toString(ProcessHandle.current().pid()));

    assertEquals(30, run.figure("connections_1"));
    assertEquals(90, run.figure("connections_3"));
    assertTrue(run.figure("rss_kib_3") > 0);
    assertTrue(run.json().path("figures").has("rss_kib_per_connection"));
  }

  @Test
  void othersLoseNothingThroughSlowReaders() {
    LoadTestRun run =
        run("slow", "--connections", "60", "--slow-share", "0.5", "--rate", "100").exact();

    assertEquals(30, run.figure("slow_connections"));
    assertEquals(30 * run.figure("publications"), run.figure("received_deliveries"));
    assertEquals(30 * run.figure("publications"), run.figure("slow_deliveries"));
    assertEquals(0, run.figure("slow_lost"));
    assertEquals(0, run.figure("slow_duplicated"));
  }

  @Test
  void everybodyComesBack() {
    LoadTestRun run = run("resume", "--connections", "60", "--rooms", "3", "--jitter", "200ms");

    assertEquals(60, run.figure("returned"));
    assertEquals(0, run.figure("failed"));
    assertEquals(0, run.figure("duplicated"));
    assertEquals(0, run.figure("reordered"));
    assertEquals(run.figure("missed"), run.figure("lost"));
  }

  @Test
  void soakKeepsAnEyeOnMemory() {
    LoadTestRun run =
        run(
                "soak",
                "--connections",
                "50",
                "--rate",
                "50",
                "--duration",
                "4s",
                "--server-pid",
                Long.toString(ProcessHandle.current().pid()))
            .exact();

    assertTrue(run.json().path("series").path("rss_kib").size() >= 3);
    assertTrue(run.json().path("figures").has("rss_growth_kib_per_minute"));
  }

  @Test
  void aProbeIsAnsweredWhileARoomIsBusy() {
    LoadTestRun run =
        run("probe", "--connections", "50", "--threshold", "probe_ms_p99<=60000").exact();

    assertTrue(run.figure("probes") > 0);
    assertEquals("probe_ms_p99", run.json().path("checks").path(0).path("figure").asText());
    assertEquals(1, run.json().path("checks").size());
  }

  @Test
  void aResultSaysWhatWasRunAndWhatCameOfIt() throws Exception {
    Path file = folder.resolve("result.json");
    LoadTestRun run =
        LoadTestRun.of(
            "fanout",
            "--connections",
            "10",
            "--rate",
            "50",
            "--warm-up",
            "0ms",
            "--duration",
            "2500ms",
            "--url",
            "ws://127.0.0.1:" + node.port(),
            "--dialect",
            Files.writeString(folder.resolve("a.dialect"), DIALECT).toString(),
            "--token-secret",
            "hush-hush",
            "--json",
            file.toString(),
            "--label",
            "small",
            "--threshold",
            "lost<=0");

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("deliveries_per_second"));
    assertTrue(run.out().contains("passed  lost <= 0"));
    assertTrue(run.err().contains("connections = 10"));
    JsonNode json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(file.toFile());
    assertEquals(1, json.path("format").asInt());
    assertEquals("fanout", json.path("scenario").asText());
    assertEquals("small", json.path("label").asText());
    assertEquals(50, json.path("parameters").path("rate").asInt());
    assertTrue(json.path("series").path("deliveries_per_second").size() >= 2);
    assertTrue(json.path("histogram").size() > 2);
    assertEquals(2, json.path("histogram").path(0).size());
    assertTrue(json.path("passed").asBoolean());
    assertFalse((json + run.err() + run.out()).contains("hush-hush"));
  }

  @Test
  void aThresholdThatDoesNotHoldFailsTheRun() {
    LoadTestRun run =
        run("fanout", "--connections", "5", "--rate", "50", "--threshold", "publications<=1");

    assertEquals(1, run.exitCode());
    assertFalse(run.parsed().path("passed").asBoolean());
    assertFalse(run.parsed().path("checks").path(0).path("passed").asBoolean());
  }

  @Test
  void aServerThatIsNotThereIsNoRun() {
    int port = node.port();
    node.close();

    LoadTestRun run = LoadTestRun.brief(folder, DIALECT, port, "fanout", "--connections", "5");

    assertEquals(3, run.exitCode());
    assertTrue(run.err().contains("5 connections did not open: no connection"), run.err());
  }

  @Test
  void aRefusedTokenIsNoRunAndSaysWhy() {
    LoadTestRun run =
        LoadTestRun.brief(
            folder,
            DIALECT.replace("user-${user}", "bad"),
            node.port(),
            "fanout",
            "--connections",
            "5");

    assertEquals(3, run.exitCode());
    assertTrue(run.err().contains("HTTP/1.1 401"), run.err());
  }

  private LoadTestRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    LoadTestRun run = LoadTestRun.brief(folder, DIALECT, node.port(), all.toArray(String[]::new));
    assertTrue(run.exitCode() <= 1, run.err());
    return run;
  }
}
