package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what is on a node, page by page. */
abstract class ListCommand extends NodeCommand {
  /** As many as a node gives at once. */
  private static final int PAGE = 1000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  int limit;

  @Option(names = "--all", description = "All of them, however many.")
  boolean all;

  @Option(
      names = "--after",
      paramLabel = "LAST",
      description = "Only what comes behind the last one of the page before.")
  @Nullable String after;

  /** The route, and the member of its answer. */
  private final String what;

  private ListCommand(Console console, String what) {
    super(console);
    this.what = what;
  }

  /** What restricts the list, as a part of a query. */
  abstract String filter();

  /** The member of the answer that is listed. */
  String member() {
    return what;
  }

  /** Whether there are more pages behind the first. */
  boolean hasPages() {
    return true;
  }

  /** What the next page is asked for with. */
  String key(JsonNode entry) {
    return entry.asText();
  }

  Table table() {
    return new Table(what.substring(0, what.length() - 1).toUpperCase(Locale.ROOT));
  }

  void add(Table table, JsonNode entry) {
    table.row(entry.asText());
  }

  @Override
  final int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    int most = all ? Integer.MAX_VALUE : Math.max(1, limit);
    List<JsonNode> found = new ArrayList<>();
    String last = after;
    boolean more = true;
    while (more && found.size() < most) {
      int size = Math.min(PAGE, most - found.size());
      JsonNode page = node.get(query(last, size)).path(member());
      page.forEach(found::add);
      more = page.size() == size && hasPages();
      last = found.isEmpty() ? last : key(found.get(found.size() - 1));
    }
    if (json) {
      ObjectNode body = Console.object();
      ArrayNode list = body.putArray(member());
      found.forEach(list::add);
      console.print(body.put("after", more ? last : null));
      return ExitCode.OK;
    }
    Table table = table();
    found.forEach(entry -> add(table, entry));
    console.print(table);
    if (more) {
      console.remark("there may be more: --after=" + last + ", or --all");
    }
    return ExitCode.OK;
  }

  private String query(@Nullable String last, int size) {
    return "/"
        + what
        + "?limit="
        + size
        + filter()
        + (last == null ? "" : "&after=" + NodeClient.segment(last));
  }

  /** Who is connected, by connection. */
  @Command(name = "connections", description = "Lists the connections of a node; asks admin.port.")
  static final class Connections extends ListCommand {
    @Option(names = "--user", paramLabel = "ID", description = "Only his.")
    @Nullable String user;

    Connections(Console console) {
      super(console, "connections");
    }

    @Override
    String filter() {
      return user == null ? "" : "&user=" + NodeClient.segment(user);
    }

    @Override
    String key(JsonNode entry) {
      return entry.path("id").asText();
    }

    @Override
    Table table() {
      return new Table("CONNECTION", "USER");
    }

    @Override
    void add(Table table, JsonNode entry) {
      table.row(entry.path("id").asText(), entry.path("user").asText());
    }
  }

  /** What is subscribed to. */
  @Command(
      name = "channels",
      description = "Lists the channels with subscribers on a node; asks admin.port.")
  static final class Channels extends ListCommand {
    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only those that begin so.")
    @Nullable String prefix;

    Channels(Console console) {
      super(console, "channels");
    }

    @Option(
        names = "--sort",
        paramLabel = "ORDER",
        description =
            "Tells what each cost in the last seconds: by name, or most first by deliveries, octets"
                + " or cpu, the estimated share of the fan-out.")
    @Nullable String sort;

    @Override
    String filter() {
      return (prefix == null ? "" : "&prefix=" + NodeClient.segment(prefix))
          + (sort == null ? "" : "&sort=" + NodeClient.segment(sort));
    }

    @Override
    String member() {
      return sort == null ? super.member() : "costs";
    }

    @Override
    boolean hasPages() {
      return sort == null || sort.equals("name");
    }

    @Override
    String key(JsonNode entry) {
      return sort == null ? super.key(entry) : entry.path("channel").asText();
    }

    @Override
    Table table() {
      return sort == null
          ? super.table()
          : new Table("CHANNEL", "PUBLICATIONS", "DELIVERIES", "OCTETS", "CPU");
    }

    @Override
    void add(Table table, JsonNode entry) {
      if (sort == null) {
        super.add(table, entry);
      } else {
        table.row(
            entry.path("channel").asText(),
            entry.path("publications").asText(),
            entry.path("deliveries").asText(),
            entry.path("octets").asText(),
            String.format(Locale.ROOT, "%.1f %%", 100 * entry.path("cpu").asDouble()));
      }
    }
  }

  /** Who is connected. */
  @Command(name = "users", description = "Lists the users connected to a node; asks admin.port.")
  static final class Users extends ListCommand {
    Users(Console console) {
      super(console, "users");
    }

    @Override
    String filter() {
      return "";
    }
  }
}
