package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.testing.RedisServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the pages do what the pages say. */
@Timeout(180)
class DocumentedCommandsIT {
  private static final String OPERATING = "gateway-server/docs/operating.md";

  /** Pages whose commands are carried out here, and those that others answer for. */
  private static final Map<String, String> PAGES =
      Map.of(
          "README.md",
          "here",
          OPERATING,
          "here",
          "scripts/example-backend/README.md",
          "ExampleBackEndIT",
          "scripts/deploy/README.md",
          "DeployRecipesTest, ProxyRecipesIT",
          "loadtest/peers/README.md",
          "they fetch and build other servers, and take an hour");

  @TempDir private Path folder;
  private int port;
  private int adminPort;

  @BeforeEach
  void choosePorts() throws IOException {
    for (String tool : List.of("bash", "curl", "openssl")) {
      RequiredTool.require(tool);
    }
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      port = one.getLocalPort();
      adminPort = other.getLocalPort();
    }
  }

  @Test
  void everyPageWithCommandsIsAccountedFor() {
    TreeSet<String> pages = new TreeSet<>(Documentation.pages().keySet());
    pages.removeIf(page -> Documentation.commandsOf(page).isEmpty());
    assertEquals(new TreeSet<>(PAGES.keySet()), pages);
    assertEquals(6, Documentation.commandsOf("README.md").size());
    assertEquals(1, Documentation.commandsOf(OPERATING).size());
  }

  @Test
  void firstFiveMinutes() throws Exception {
    List<String> blocks = Documentation.commandsOf("README.md");
    List<String> first = blocks.get(0).lines().map(line -> line.replaceFirst(" *#.*", "")).toList();
    // The other one is what runs this.
    assertEquals(List.of("scripts/gateway dev", "mvn -B verify"), first);
    String check = Files.readString(Documentation.ROOT.resolve(".ci/run"));
    assertTrue(check.contains("TEST_COMMAND=\"" + first.get(1) + "\""), check);
    String said = shell(serving(first.get(0)) + asking(blocks.get(1)));
    assertTrue(said.contains("\"accepted\":true"), said);
  }

  @Test
  void siteWiresItself() throws Exception {
    List<String> blocks = Documentation.commandsOf("README.md");
    String said = shell(serving(blocks.get(2)) + asking(blocks.get(3)) + asking(blocks.get(5)));
    assertTrue(said.contains("\"accepted\":true"), said);
    shell(serving(blocks.get(4)));
  }

  @Test
  void operatorsCommands() throws Exception {
    String page = Documentation.commandsOf(OPERATING).get(0);
    try (RedisServer redis = RedisServer.start()) {
      StringBuilder script = new StringBuilder();
      for (String line : page.lines().map(each -> each.replaceFirst(" +#.*", "")).toList()) {
        if (line.startsWith("scripts/gateway run")) {
          script.append(serving(line.replace("redis://127.0.0.1:6379", redis.url())));
        } else if (line.matches("scripts/gateway (top|tail .*)")) {
          // They go on until somebody ends them.
          script
              .append("timeout --preserve-status -s INT 3 ")
              .append(line)
              .append(" || test $? = 130\n");
        } else if (line.endsWith("token inspect -")) {
          script.append("scripts/gateway token mint --sub anna | ").append(line).append('\n');
        } else {
          script.append(line).append('\n');
        }
      }
      Map<String, String> variables = new HashMap<>();
      variables.put("NEXTAUTH_SECRET", "a-secret-of-the-platform");
      String said = shell(script.toString(), variables);
      assertTrue(said.contains("published to room:lobby offset 1"), said);
      assertTrue(said.contains("drained"), said);
    }
  }

  /** Runs the last line of the commands beside what follows, until it serves. */
  private String serving(String commands) {
    return commands.strip()
        + " &\nnode=$!\ntrap 'kill $node; wait' EXIT\n"
        + "curl -sSf --retry 100 --retry-connrefused --retry-delay 1 -o ready http://127.0.0.1:"
        + port
        + "/ready\n";
  }

  private static String asking(String commands) {
    return commands.replaceAll("(?m)^curl ", "curl -sSf ");
  }

  private String shell(String script) throws Exception {
    return shell(script, Map.of());
  }

  private String shell(String script, Map<String, String> variables) throws Exception {
    Path file = folder.resolve("commands");
    Files.writeString(
        file,
        "set -eux\ncd '"
            + Documentation.ROOT
            + "'\n"
            + script
                .replace("-o ready", "-o '" + folder.resolve("ready") + "'")
                .replace("127.0.0.1:3001", "127.0.0.1:" + adminPort)
                .replace("--listen-port=8080", ""));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("bash", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("GATEWAY_"));
    builder.environment().put("GATEWAY_LISTEN_PORT", Integer.toString(port));
    builder.environment().put("GATEWAY_ADMIN_PORT", Integer.toString(adminPort));
    builder.environment().putAll(variables);
    Process process = builder.start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(ended && process.exitValue() == 0, said);
    return said;
  }
}
