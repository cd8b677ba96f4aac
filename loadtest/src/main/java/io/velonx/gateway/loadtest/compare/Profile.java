package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench profile}. */
@Command(
    name = "bench profile",
    sortOptions = false,
    usageHelpWidth = 100,
    description = "Profiles the gateway under a load that it cannot keep up with.")
public final class Profile implements Callable<Integer> {
  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = "A row of bench compare; ${DEFAULT-VALUE} when left out.")
  String scenario = Scenario.ONE_ROOM_8.spelling();

  @Option(
      names = "--redis",
      description = "Publications come through Redis instead of the admin port.")
  boolean withRedis;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long to look; ${DEFAULT-VALUE} when left out.")
  String duration = "10s";

  @Option(
      names = "--server-cpu",
      paramLabel = "N",
      description = "Processor the gateway is bound to with taskset.")
  @Nullable Integer serverCpu;

  @Option(names = "--root", hidden = true, description = "Root of the sources.")
  Path root = Path.of(".");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  private Profile() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Profile());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("bench profile: " + failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path stacks = root.resolve("loadtest/target/profile.collapsed");
    Path scratch = root.resolve("loadtest/target/profile");
    PrintWriter progress = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Candidate gateway = withRedis ? Candidate.GATEWAY : Candidate.GATEWAY_LOCAL;
    Plan.Run run = new Plan.Run(Scenario.named(scenario), gateway, 1);
    Size size = new Size("0s", duration, "0s", 1, 1);
    try (Processes processes = new Processes()) {
      Launcher launcher = new Launcher(root, scratch, serverCpu, processes);
      Optional<String> obstacle = launcher.obstacle(gateway);
      if (obstacle.isPresent()) {
        throw new IOException(obstacle.get());
      }
      Server server = launcher.start(gateway);
      Instructions instructions = new Instructions(launcher, root);
      Swarm swarm = new InProcessSwarm(scratch.resolve("load.json"));
      Profiler profiler = new Profiler(server.process().pid(), scratch);
      progress.println("Warming up...");
      swarm.run(instructions.of(run, server, size.toWarm(run.scenario())));
      progress.println("Sampling with " + profiler.name() + "...");
      profiler.start();
      swarm.run(instructions.of(run, server, size));
      profiler.stop(stacks);
    }
    progress.println("Wrote " + stacks);
    return 0;
  }
}
