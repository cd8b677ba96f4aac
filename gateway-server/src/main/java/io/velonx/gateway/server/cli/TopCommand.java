package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.server.cli.Console.Style;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a node is busy with, second by second. */
@Command(
    name = "top",
    description = {
      "Shows what a running node is busy with, every second; asks admin.port. On a terminal a",
      "screen, otherwise a line each time. Ctrl-C ends."
    })
final class TopCommand extends NodeCommand {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final int ROWS = 30;

  @Option(names = "--once", description = "Shows one second, as a screen, and ends.")
  boolean once;

  @Option(
      names = "--sort",
      paramLabel = "BY",
      defaultValue = "rate",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Sort sort = Sort.rate;

  TopCommand(Console console) {
    super(console);
  }

  @Override
  int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    TopSample before = TopSample.of(node);
    while (true) {
      Thread.sleep(INTERVAL.toMillis());
      TopSample now = TopSample.of(node);
      if (json) {
        console.printOneLine(json(now, before));
      } else if (once) {
        console.print(screen(now, before));
      } else if (console.terminal()) {
        console.print(CLEAR + screen(now, before));
      } else {
        console.printLine(line(now, before));
      }
      if (once) {
        return ExitCode.OK;
      }
      before = now;
    }
  }

  private static ObjectNode json(TopSample now, TopSample before) {
    ObjectNode body = Console.object();
    body.set("node", now.stats().path("node"));
    body.set("connections", now.stats().path("connections"));
    body.set("backplane", now.stats().path("backplane"));
    body.set("limits", now.stats().path("limits"));
    ObjectNode rates = body.putObject("perSecond");
    now.rates(before).forEach(rate -> rates.put(rate.name(), rate.perSecond()));
    return body;
  }

  private static String line(TopSample now, TopSample before) {
    JsonNode stats = now.stats();
    return String.format(
        Locale.ROOT,
        "connections=%d users=%d channels=%d accepted/s=%.0f commands/s=%.0f publications/s=%.0f"
            + " deliveries/s=%.0f lagMillis=%d bus=%s ready=%s",
        stats.at("/connections/total").asLong(),
        stats.at("/connections/users").asLong(),
        stats.path("channels").asLong(),
        now.rate(before, MetricNames.CONNECTIONS_ACCEPTED),
        now.rate(before, MetricNames.COMMANDS_RECEIVED),
        now.rate(before, MetricNames.PUBLICATIONS_RECEIVED),
        now.rate(before, MetricNames.FANOUT_DELIVERIES),
        stats.at("/limits/eventLoopLagMillisP99").asLong(),
        stats.at("/backplane/state").asText(),
        stats.at("/node/ready").asBoolean());
  }

  private String screen(TopSample now, TopSample before) {
    JsonNode stats = now.stats();
    boolean ready = stats.at("/node/ready").asBoolean();
    String bus = stats.at("/backplane/state").asText();
    StringBuilder text = new StringBuilder();
    text.append(console.styled(Style.HEADING, stats.at("/node/name").asText()))
        .append("  ")
        .append(console.styled(ready ? Style.GOOD : Style.BAD, ready ? "ready" : "not ready"))
        .append("  bus ")
        .append(console.styled(bus.equals("up") ? Style.GOOD : Style.WARNING, bus))
        .append("  up ")
        .append(uptime(stats.at("/node/uptimeSeconds").asLong()))
        .append("  ")
        .append(stats.at("/machinery/transport").asText())
        .append(System.lineSeparator());
    text.append(
            String.format(
                Locale.ROOT,
                "connections %,d  users %,d  channels %,d  subscriptions %,d",
                stats.at("/connections/total").asLong(),
                stats.at("/connections/users").asLong(),
                stats.path("channels").asLong(),
                stats.path("subscriptions").asLong()))
        .append(System.lineSeparator());
    text.append(
            String.format(
                Locale.ROOT,
                "event loops late by %d ms (p99), %d ms (most)  waiting: readers %,d octets, loops"
                    + " %,d, for Redis %,d publications",
                stats.at("/limits/eventLoopLagMillisP99").asLong(),
                stats.at("/limits/eventLoopLagMillisMax").asLong(),
                now.gauge(MetricNames.CONNECTIONS_OUTBOUND_BYTES),
                now.gauge(MetricNames.FANOUT_QUEUED_BYTES),
                now.gauge(MetricNames.SPOOL_WAITING)))
        .append(System.lineSeparator())
        .append(System.lineSeparator());
    Table table = new Table("COUNTER", "PER SECOND", "TOTAL");
    List<TopSample.Rate> rates = now.rates(before);
    rates.stream()
        .filter(rate -> rate.total() > 0)
        .sorted(sort.order())
        .limit(ROWS)
        .forEach(
            rate ->
                table.row(
                    rate.name().substring("gateway.".length()),
                    String.format(Locale.ROOT, "%,.0f", rate.perSecond()),
                    String.format(Locale.ROOT, "%,d", rate.total())));
    return text.append(table).toString();
  }

  private static String uptime(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    return time.toDays() > 0
        ? time.toDays() + " d " + time.toHoursPart() + " h"
        : String.format(
            Locale.ROOT,
            "%d:%02d:%02d",
            time.toHours(),
            time.toMinutesPart(),
            time.toSecondsPart());
  }

  /** What stands first. */
  enum Sort {
    rate,
    total,
    name;

    Comparator<TopSample.Rate> order() {
      Comparator<TopSample.Rate> byName = Comparator.comparing(TopSample.Rate::name);
      return switch (this) {
        case rate ->
            Comparator.comparingDouble(TopSample.Rate::perSecond).reversed().thenComparing(byName);
        case total ->
            Comparator.comparingLong(TopSample.Rate::total).reversed().thenComparing(byName);
        case name -> byName;
      };
    }
  }
}
