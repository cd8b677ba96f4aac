package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.FaultyServer.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server does wrong shows in the figures, each fault once. */
class FaultIT {
  @TempDir Path folder;

  @Test
  void aServerWithoutFaultsHasNone() {
    try (FaultyServer server = new FaultyServer(Fault.NONE, 1)) {
      fanout(server, "--rate", "200").exact();
    }
  }

  @Test
  void droppedMessagesAreLost() {
    try (FaultyServer server = new FaultyServer(Fault.DROP, 7)) {
      LoadTestRun run = fanout(server, "--rate", "200");

      assertTrue(server.faults() > 0);
      assertEquals(server.faults(), run.figure("lost"));
      assertEquals(0, run.figure("duplicated"));
      assertEquals(0, run.figure("reordered"));
    }
  }

  @Test
  void aClosedLoopGoesOnAfterAMessageWasDropped() {
    try (FaultyServer server = new FaultyServer(Fault.DROP, 100)) {
      LoadTestRun run = fanout(server, "--window", "2", "--duration", "3s");

      assertTrue(run.figure("written_off_publications") > 0);
      assertTrue(run.figure("publications") > 100);
      assertEquals(server.faults(), run.figure("lost"));
    }
  }

  @Test
  void repeatedMessagesAreDuplicates() {
    try (FaultyServer server = new FaultyServer(Fault.REPEAT, 5)) {
      LoadTestRun run = fanout(server, "--rate", "200");

      assertTrue(server.faults() > 0);
      assertEquals(server.faults(), run.figure("duplicated"));
      assertEquals(0, run.figure("lost"));
      assertEquals(0, run.figure("reordered"));
    }
  }

  @Test
  void swappedMessagesAreOutOfOrder() {
    try (FaultyServer server = new FaultyServer(Fault.SWAP, 6)) {
      LoadTestRun run = fanout(server, "--rate", "200");

      long held = server.faults() - run.figure("reordered");
      assertTrue(run.figure("reordered") > 0);
      // The last message of a connection may be held back for ever.
      assertTrue(held >= 0 && held <= 20, () -> held + " held");
      assertEquals(held, run.figure("lost"));
      assertEquals(0, run.figure("duplicated"));
    }
  }

  @Test
  void markersCutBetweenFramesAreFound() {
    try (FaultyServer server = new FaultyServer(Fault.FRAGMENT, 2)) {
      fanout(server, "--rate", "200").exact();
      assertTrue(server.faults() > 0);
    }
  }

  @Test
  void severalMessagesInOneFrameAreFound() {
    try (FaultyServer server = new FaultyServer(Fault.MERGE, 2)) {
      LoadTestRun run = fanout(server, "--rate", "200");

      long held = run.figure("lost");
      assertTrue(run.figure("received_deliveries") > server.faults());
      assertTrue(held <= 20, () -> held + " held");
      assertEquals(0, run.figure("duplicated"));
      assertEquals(0, run.figure("reordered"));
    }
  }

  @Test
  void questionsOfTheServerAreAnswered() {
    try (FaultyServer server = new FaultyServer(Fault.ASK, 3)) {
      fanout(server, "--rate", "200").exact();
      assertTrue(server.faults() > 0);
      assertEquals(server.faults(), server.replies());
    }
  }

  @Test
  void httpPublishersSendEachPublicationOnce() {
    try (FaultyServer server = new FaultyServer(Fault.NONE, 1)) {
      fanout(
              server,
              "--window",
              "4",
              "--publishers",
              "3",
              "--publisher",
              "http",
              "--publish-url",
              "http://127.0.0.1:" + server.port())
          .exact();
    }
  }

  @Test
  void aStallShowsInTheLatencyOfEverythingThatWasDueMeanwhile() {
    try (FaultyServer server = new FaultyServer(Fault.STALL, 60)) {
      LoadTestRun run =
          fanout(
              server,
              "--rate",
              "100",
              "--warm-up",
              "0ms",
              "--duration",
              "2s",
              "--publisher",
              "http",
              "--publish-url",
              "http://127.0.0.1:" + server.port());

      // One request of two hundred waited for its answer, but fifty were due before it came.
      assertTrue(run.figure("latency_ms_max") >= 400, run.out());
      assertTrue(run.json().path("figures").path("latency_ms_p99").asDouble() >= 300, run.out());
      run.exact();
    }
  }

  @Test
  void whoComesBackGetsWhatHeMissedFromAHistory() {
    try (FaultyServer server = new FaultyServer(Fault.NONE, 1)) {
      LoadTestRun run =
          LoadTestRun.brief(
              folder,
              FaultyServer.DIALECT,
              server.port(),
              "resume",
              "--connections",
              "30",
              "--rooms",
              "3",
              "--rooms-per-connection",
              "2",
              "--rate",
              "300",
              "--jitter",
              "300ms");

      assertEquals(30, run.exact().figure("returned"));
      assertEquals(0, run.figure("missed"));
    }
  }

  @Test
  void whoComesBackWithoutAHistoryMissesSomething() {
    String forgetful = FaultyServer.DIALECT.replaceAll("(?m)^resume.*\n", "");
    try (FaultyServer server = new FaultyServer(Fault.NONE, 1)) {
      LoadTestRun run =
          LoadTestRun.brief(
              folder,
              forgetful,
              server.port(),
              "resume",
              "--connections",
              "30",
              "--rate",
              "300",
              "--jitter",
              "300ms");

      assertEquals(30, run.figure("returned"), run.out());
      assertTrue(run.figure("missed") > 0);
      assertEquals(0, run.figure("duplicated"));
    }
  }

  private LoadTestRun fanout(FaultyServer server, String... more) {
    String[] arguments = new String[more.length + 5];
    System.arraycopy(
        new String[] {"fanout", "--connections", "20", "--rooms", "2"}, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return LoadTestRun.brief(folder, FaultyServer.DIALECT, server.port(), arguments);
  }
}
