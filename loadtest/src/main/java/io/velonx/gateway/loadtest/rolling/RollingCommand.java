package io.velonx.gateway.loadtest.rolling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code rolling}. */
@Command(
    name = "rolling",
    sortOptions = false,
    description = {
      "Starts a Redis, several nodes and HAProxy, lets clients listen to rooms and publishes",
      "steadily; restarts every node in turn, kills one, restarts Redis; and counts, by numbers",
      "in the publications, what was lost, came twice or out of order. Fails unless all are 0."
    })
public final class RollingCommand implements Callable<Integer> {
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int NO_RUN = 3;
  private static final int FORMAT = 1;

  @Option(names = "--short", description = "A tenth of the clients, and one restart of a node.")
  boolean brief;

  @Option(names = "--nodes", paramLabel = "N", description = "Gateways (default: 3).")
  int nodes = 3;

  @Option(names = "--clients", paramLabel = "N", description = "Default: 2000; 200 when short.")
  @Nullable Integer clients;

  @Option(names = "--rooms", paramLabel = "N", description = "Default: 100; 20 when short.")
  @Nullable Integer rooms;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Publications a second, in all rooms together (default: 100; 20 when short).")
  @Nullable Integer rate;

  @Option(names = "--no-proxy", description = "Clients choose a node themselves.")
  boolean noProxy;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there, too.")
  @Nullable Path json;

  @Option(
      names = "--gateway-jar",
      paramLabel = "FILE",
      required = true,
      description = "The gateway.")
  Path jar;

  @Option(
      names = "--gateway-java-opts",
      paramLabel = "FLAGS",
      description = "For the JVMs of the nodes, separated by spaces (default: ${DEFAULT-VALUE}).")
  String javaFlags = "-XX:+UseG1GC -XX:MaxGCPauseMillis=50 -XX:+ExitOnOutOfMemoryError -Xmx512m";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @Spec CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills in options and specification
  public RollingCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    try {
      RollingPlan plan = plan();
      RollingResult result = RollingRun.of(plan, err);
      if (json != null) {
        Files.writeString(json, json(plan, result));
      }
      result.print(spec.commandLine().getOut());
      return result.passed() ? PASSED : FAILED;
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      err.println("error: " + e.getMessage());
      return NO_RUN;
    } catch (IllegalArgumentException e) {
      throw new picocli.CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private RollingPlan plan() {
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing: build it with mvn package");
    }
    return new RollingPlan(
        nodes,
        brief ? 1 : nodes,
        or(clients, 2_000, 200),
        or(rooms, 100, 20),
        2,
        or(rate, 100, 20),
        brief ? 2_000 : 5_000,
        1_000,
        program("redis-server"),
        noProxy ? "" : program("haproxy"),
        jar,
        List.of(javaFlags.strip().split(" +", -1)));
  }

  private int or(@Nullable Integer given, int usual, int inShort) {
    return given != null ? given : brief ? inShort : usual;
  }

  /** Where a program is; that of daemons may be missing in the path of people. */
  private static String program(String name) {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    name
                        + " is not on the PATH"
                        + (name.equals("haproxy") ? "; --no-proxy does without" : "")))
        .toString();
  }

  private static String json(RollingPlan plan, RollingResult result) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode json = mapper.createObjectNode().put("format", FORMAT).put("scenario", "rolling");
    json.putObject("parameters")
        .put("nodes", plan.nodes())
        .put("restarts", plan.restarts())
        .put("clients", plan.clients())
        .put("rooms", plan.rooms())
        .put("rooms_per_client", plan.roomsPerClient())
        .put("rate", plan.rate())
        .put("proxy", !plan.proxy().isEmpty());
    ObjectNode figures =
        json.putObject("figures")
            .put("published", result.published())
            .put("delivered", result.delivered())
            .put("lost", result.lost())
            .put("duplicated", result.duplicated())
            .put("reordered", result.reordered())
            .put("longest_silence_ms", result.silenceMillis());
    result.further().forEach((name, value) -> figures.put(name.replace(' ', '_'), value));
    json.set("disturbances", mapper.valueToTree(result.disturbances()));
    return mapper.writeValueAsString(
            json.put("problem", result.problem()).put("passed", result.passed()))
        + "\n";
  }
}
