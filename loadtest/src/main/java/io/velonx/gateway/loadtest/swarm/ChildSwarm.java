package io.velonx.gateway.loadtest.swarm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.loadtest.measure.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connections spread over several processes, because one may hold only so many descriptors.
 *
 * <p>Threading: any thread; one reads from each child. Ownership: its processes.
 */
public final class ChildSwarm implements Swarm {
  private static final long CLOSE_SECONDS = 20;

  private final List<Child> children = new ArrayList<>();

  private ChildSwarm() {}

  /** Starts the processes of that plan. */
  public static ChildSwarm start(SwarmPlan plan, Completions completions) {
    ChildSwarm swarm = new ChildSwarm();
    for (int i = 0; i < plan.processes(); i++) {
      swarm.children.add(new Child(plan.forProcess(i), completions));
    }
    return swarm;
  }

  @Override
  public CompletableFuture<Tally> carryOut(Order order) {
    CompletableFuture<Tally> sum = CompletableFuture.completedFuture(Tally.NOTHING);
    for (Child child : children) {
      sum = sum.thenCombine(child.carryOut(order), Tally::plus);
    }
    return sum;
  }

  @Override
  public void close() {
    children.forEach(child -> child.orders.close());
    children.forEach(Child::end);
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // Two JVMs cannot share an agent's port or file.
      if (!argument.startsWith("-agentlib") && !argument.startsWith("-javaagent")) {
        command.add(argument);
      }
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SwarmChild.class.getName()));
    return command;
  }

  /** One process. */
  private static final class Child {
    final Process process;
    final PrintStream orders;
    private final Completions completions;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Tally>> open = new ConcurrentHashMap<>();

    Child(SwarmPlan plan, Completions completions) {
      this.completions = completions;
      try {
        process =
            new ProcessBuilder(command()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      orders = new PrintStream(process.getOutputStream(), true, UTF_8);
      orders.println(Wire.write(plan));
      Thread reader = new Thread(this::readAnswers, "swarm child " + plan.process());
      reader.setDaemon(true);
      reader.start();
    }

    CompletableFuture<Tally> carryOut(Order order) {
      long id = ids.incrementAndGet();
      CompletableFuture<Tally> answer = new CompletableFuture<>();
      open.put(id, answer);
      synchronized (orders) {
        orders.println(Wire.write(new Wire.Numbered(id, order)));
      }
      if (!process.isAlive()) {
        gone();
      }
      return answer;
    }

    private void readAnswers() {
      try (BufferedReader in = process.inputReader(UTF_8)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.startsWith("C ")) {
            String[] words = line.split(" ", -1);
            completions.completed(
                Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
          } else {
            answer(Wire.tree(line));
          }
        }
      } catch (IOException e) {
        // The same as its end.
      }
      gone();
    }

    private void answer(JsonNode answer) {
      CompletableFuture<Tally> asked = open.remove(answer.path("id").asLong());
      if (asked == null) {
        return;
      }
      if (answer.has("problem")) {
        asked.completeExceptionally(new IllegalStateException(answer.path("problem").asText()));
      } else {
        asked.complete(Wire.tally(answer));
      }
    }

    private void gone() {
      open.values()
          .forEach(
              asked ->
                  asked.completeExceptionally(
                      new IllegalStateException("a process of the swarm ended")));
    }

    void end() {
      try {
        if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      }
    }
  }
}
