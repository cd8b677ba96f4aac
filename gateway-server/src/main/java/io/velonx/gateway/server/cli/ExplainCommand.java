package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.cli.Console.Style;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a code means. */
@Command(
    name = "explain",
    description = {
      "Says what a close code, an error code or a status means, and what to do about it;",
      "without a code, lists all of them."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(arity = "0..1", paramLabel = "CODE", description = "As 4101, RATE_LIMITED or 503.")
  @Nullable String code;

  @Option(names = "--json", description = "Prints JSON.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  ExplainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String word = code;
    List<Explanation> found =
        Explanation.all().stream().filter(entry -> word == null || entry.isMeantBy(word)).toList();
    if (found.isEmpty()) {
      console.complain(
          List.of("CODE: \"" + word + "\" (expected: one that `gateway explain` lists)"));
      return ExitCode.USAGE;
    }
    if (json) {
      ObjectNode body = Console.object();
      ArrayNode list = body.putArray("codes");
      found.forEach(entry -> list.addPOJO(entry));
      console.print(body);
    } else if (word == null) {
      Table table = new Table("CODE", "NAME", "WHERE", "MEANS");
      found.forEach(entry -> table.row(entry.code(), entry.name(), entry.kind(), entry.meaning()));
      console.print(table);
    } else {
      found.forEach(this::print);
    }
    return ExitCode.OK;
  }

  private void print(Explanation entry) {
    console.printLine(
        console.styled(Style.HEADING, entry.code() + " " + entry.name()) + ", " + entry.kind());
    console.printLine("  means     " + entry.meaning());
    console.printLine("  client    " + entry.client());
    console.printLine("  operator  " + entry.operator());
  }
}
