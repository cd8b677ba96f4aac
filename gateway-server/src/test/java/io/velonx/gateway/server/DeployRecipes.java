package io.velonx.gateway.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is in {@code scripts/deploy}, and how the files are fitted to a test's machine. */
final class DeployRecipes {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Path FOLDER = ROOT.resolve("scripts/deploy");

  private DeployRecipes() {}

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  static String read(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name));
  }

  /** The command lines of the page, in their order. */
  static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    Matcher block = Pattern.compile("(?ms)^```bash\n(.*?)^```").matcher(read("README.md"));
    while (block.find()) {
      commands.addAll(block.group(1).lines().toList());
    }
    return commands;
  }

  /** The words after {@code java} that the container begins with, without the command. */
  static List<String> javaWordsOfContainer() throws IOException {
    Matcher array =
        Pattern.compile("(?m)^ENTRYPOINT \\[\"java\", (.*)]$").matcher(read("Containerfile"));
    if (!array.find()) {
      throw new AssertionError("no ENTRYPOINT that begins with java");
    }
    return Arrays.stream(array.group(1).split(", ", -1))
        .map(word -> word.replace("\"", ""))
        .toList();
  }

  /** The same of the unit. */
  static List<String> javaWordsOfUnit() throws IOException {
    Matcher line =
        Pattern.compile("(?m)^ExecStart=/usr/bin/java (.*) run$").matcher(read("gateway.service"));
    if (!line.find()) {
      throw new AssertionError("no ExecStart of java");
    }
    return List.of(line.group(1).split(" ", -1));
  }

  /** Writes all files to that folder, with a port and nodes of this machine. */
  static void fit(Path folder, int port, List<Integer> nodes) throws IOException {
    String java = Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
    for (Path file : files()) {
      String text =
          Files.readString(file)
              .replace("192.0.2.11:3000", "127.0.0.1:" + nodes.get(0))
              .replace("192.0.2.12:3000", "127.0.0.1:" + nodes.get(1))
              .replace("bind :80", "bind 127.0.0.1:" + port)
              .replace("listen 80;", "listen 127.0.0.1:" + port + ";")
              .replace("pid /run/nginx.pid", "pid " + folder.resolve("nginx.pid"))
              // As many descriptors as anybody may have.
              .replace("maxconn 100000", "maxconn 400")
              .replace("worker_rlimit_nofile 200000", "worker_rlimit_nofile 1000")
              .replace("worker_connections 100000", "worker_connections 400")
              .replace("ExecStart=/usr/bin/java", "ExecStart=" + java);
      Files.writeString(folder.resolve(file.getFileName().toString()), text);
    }
  }
}
