package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/gateway} in a repository of its own, with a Java and a Maven that only talk. */
class LaunchScriptTest {
  @TempDir Path root;

  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void layOut() throws IOException {
    RequiredTool.require("bash");
    Files.createDirectories(root.resolve("scripts"));
    Files.copy(Path.of("..", "scripts", "gateway"), root.resolve("scripts/gateway"));
    Files.createDirectories(root.resolve("gateway-core/src/main"));
    Files.createDirectories(root.resolve("gateway-server/src/main"));
    for (String pom : List.of("pom.xml", "gateway-core/pom.xml", "gateway-server/pom.xml")) {
      Files.writeString(root.resolve(pom), "");
    }
    script(root.resolve("bin/mvn"), "echo should not be called; exit 9");
    variables.put("PATH", root.resolve("bin") + ":" + System.getenv("PATH"));
  }

  @Test
  void newestJavaRunsTheJarWithOurFlagsAndThenTheUsers() throws Exception {
    writeJar();
    variables.put("JAVA_HOME", jdk("99.0.1").toString());
    variables.put("GATEWAY_JAVA_OPTS", "-Xmx4g -Dx=y");
    Outcome outcome = run("run", "--listen-port", "4000", "two words");
    assertEquals(0, outcome.exitCode, outcome.output);
    List<String> words = outcome.output.lines().toList();
    assertTrue(words.contains("--sun-misc-unsafe-memory-access=allow"), outcome.output);
    // Asked for by the manifest: a flag would cost the class-data archive.
    assertFalse(outcome.output.contains("--enable-native-access"), outcome.output);
    assertTrue(words.contains("-XX:+UseCompactObjectHeaders"), outcome.output);
    assertTrue(
        words.contains(
            "-XX:SharedArchiveFile="
                + root.toRealPath().resolve("gateway-server/target/gateway-99-run.jsa")),
        outcome.output);
    assertTrue(words.indexOf("-Xmx4g") > words.indexOf("-XX:+UseG1GC"), outcome.output);
    assertEquals(
        List.of(
            "-jar",
            root.toRealPath().resolve("gateway-server/target/gateway.jar").toString(),
            "run",
            "--listen-port",
            "4000",
            "two words"),
        words.subList(words.indexOf("-jar"), words.size()));
  }

  @Test
  void java17GetsNoFlagsItDoesNotKnow() throws Exception {
    writeJar();
    variables.put("GATEWAY_JAVA_HOME", jdk("17.0.15").toString());
    Outcome outcome = run("dev");
    assertEquals(0, outcome.exitCode, outcome.output);
    assertFalse(outcome.output.contains("native-access"), outcome.output);
    assertFalse(outcome.output.contains("CompactObjectHeaders"), outcome.output);
    assertFalse(outcome.output.contains("SharedArchive"), outcome.output);
  }

  @Test
  void collectorOfTheUserReplacesOurs() throws Exception {
    writeJar();
    variables.put("GATEWAY_JAVA_HOME", jdk("21").toString());
    variables.put("GATEWAY_JAVA_OPTS", "-Xmx1g -XX:+UseZGC");
    for (String command : List.of("run", "dev", "stats")) {
      Outcome outcome = run(command);
      assertEquals(
          List.of("-XX:+UseZGC"),
          outcome.output.lines().filter(word -> word.contains("-XX:+Use")).toList());
    }
  }

  @Test
  void tooOldJavaIsRefusedByItsVersion() throws Exception {
    writeJar();
    for (String version : List.of("11.0.2", "1.8.0_392")) {
      variables.put("GATEWAY_JAVA_HOME", jdk(version).toString());
      Outcome outcome = run("dev");
      assertEquals(1, outcome.exitCode);
      assertTrue(outcome.output.contains("Java 17 or newer is needed"), outcome.output);
    }
  }

  @Test
  void missingOrOldJarIsBuiltOnce() throws Exception {
    variables.put("GATEWAY_JAVA_HOME", jdk("17.0.15").toString());
    script(
        root.resolve("bin/mvn"),
        "mkdir -p gateway-server/target; echo x > gateway-server/target/gateway.jar;"
            + " echo '[INFO] Building Velonx Gateway core'; echo '[INFO] BUILD SUCCESS'");
    Outcome first = run("dev");
    assertEquals(0, first.exitCode, first.output);
    assertTrue(first.output.contains("Building Velonx Gateway core"), first.output);
    assertFalse(run("dev").output.contains("Building"));
    Path source = root.resolve("gateway-core/src/main/New.java");
    Files.writeString(source, "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertTrue(run("dev").output.contains("Building"));
  }

  @Test
  void failedBuildShowsItsErrorsAndStartsNothing() throws Exception {
    variables.put("GATEWAY_JAVA_HOME", jdk("17.0.15").toString());
    script(root.resolve("bin/mvn"), "echo '[ERROR] it broke'; exit 1");
    Outcome outcome = run("dev");
    assertEquals(1, outcome.exitCode);
    assertTrue(outcome.output.contains("[ERROR] it broke"), outcome.output);
    assertTrue(outcome.output.contains("build.log"), outcome.output);
    assertFalse(outcome.output.contains("-jar"), outcome.output);
  }

  @Test
  void runtimeWithoutCompilerCannotBuild() throws Exception {
    Path home = jdk("17.0.15");
    Files.delete(home.resolve("bin/javac"));
    variables.put("GATEWAY_JAVA_HOME", home.toString());
    Outcome outcome = run("dev");
    assertEquals(1, outcome.exitCode);
    assertTrue(outcome.output.contains("a JDK from 17 to"), outcome.output);
  }

  @Test
  void helpNeedsNoJavaAndNoBuild() throws Exception {
    variables.put("GATEWAY_JAVA_HOME", "/nonexistent");
    Outcome outcome = run("--help");
    assertEquals(0, outcome.exitCode);
    assertTrue(outcome.output.contains("Usage: scripts/gateway COMMAND"), outcome.output);
    assertEquals(0, run().exitCode);
    assertEquals(1, run("dev").exitCode);
  }

  private void writeJar() throws IOException {
    Path jar = root.resolve("gateway-server/target/gateway.jar");
    Files.createDirectories(root.resolve("gateway-server/target"));
    Files.writeString(jar, "");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
  }

  /** A JDK of that version whose java prints its arguments, one a line. */
  private Path jdk(String version) throws IOException {
    Path home = root.resolve("jdk-" + version);
    script(home.resolve("bin/java"), "printf '%s\\n' \"$@\"");
    script(home.resolve("bin/javac"), "exit 0");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path path, String body) throws IOException {
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, "#!/usr/bin/env bash\n" + body + "\n");
    if (!path.toFile().setExecutable(true)) {
      throw new IOException("cannot be made executable: " + path);
    }
  }

  private Outcome run(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "scripts/gateway"));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("GATEWAY_"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return new Outcome(process.exitValue(), output);
  }

  private record Outcome(int exitCode, String output) {}
}
