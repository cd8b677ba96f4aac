package io.velonx.gateway.loadtest.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.dialect.DialectFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code peers/start} says of a machine on which nothing is installed. */
class PeerScriptTest {
  private static final Path PEERS = Path.of("peers").toAbsolutePath();

  private static final Map<Candidate, String> OBSTACLES =
      Map.of(
          Candidate.NODE_WS, "node-ws: node not installed; apt-get install nodejs",
          Candidate.SOCKETIO, "socketio: node not installed; apt-get install nodejs",
          Candidate.NETTY_SOCKETIO, "netty-socketio: java not installed; set JAVA_HOME",
          Candidate.VERTX, "vertx: java not installed; set JAVA_HOME",
          Candidate.NCHAN, "nchan: nginx not installed; apt-get install nginx-light",
          Candidate.NATS, "nats: nats-server not installed; apt-get install nats-server",
          Candidate.MOSQUITTO, "mosquitto: mosquitto not installed; apt-get install mosquitto",
          Candidate.UWEBSOCKETS,
              "uwebsockets: its program not installed; loadtest/peers/install uwebsockets");

  @TempDir Path nothing;

  @Test
  void everyPeerThatIsMissingSaysWhatToInstall() throws Exception {
    for (Candidate candidate : Candidate.all()) {
      if (!candidate.isGateway()) {
        ProcessBuilder builder = script("--check", candidate.spelling());
        builder.environment().put("PEERS_HOME", nothing.toString());
        builder.environment().remove("JAVA_HOME");
        // Only what the script itself needs.
        builder.environment().put("PATH", toolsAlone().toString());
        Process process = builder.start();

        String says = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertEquals(OBSTACLES.get(candidate), says);
        assertEquals(3, process.waitFor());
      }
    }
  }

  @Test
  void anUnknownPeerIsAMistake() throws Exception {
    Process process = script("--check", "apache").start();

    assertTrue(new String(process.getInputStream().readAllBytes(), UTF_8).contains("no such peer"));
    assertEquals(2, process.waitFor());
  }

  @Test
  void everyPeerHasADialectTheSwarmUnderstands() throws Exception {
    for (Candidate candidate : Candidate.all()) {
      if (!candidate.isGateway()) {
        Path file = PEERS.resolve(candidate.spelling()).resolve("dialect");
        assertEquals(candidate.spelling(), DialectFile.read(file).parse().label());
      }
    }
  }

  private Path toolsAlone() throws Exception {
    Path folder = nothing.resolve("tools");
    if (!Files.exists(folder)) {
      Files.createDirectory(folder);
      Files.createSymbolicLink(folder.resolve("dirname"), program("dirname"));
    }
    return folder;
  }

  private static Path program(String name) {
    return List.of("/usr/bin", "/bin").stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static ProcessBuilder script(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", PEERS.resolve("start").toString());
    builder.command().addAll(List.of(arguments));
    return builder.redirectErrorStream(true);
  }
}
