package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedisProbe;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.cli.Console.Style;
import io.velonx.gateway.server.cli.Finding.Level;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks for what would go wrong: on this machine, in Redis, in the settings, in a running node. */
@Command(
    name = "doctor",
    description = {
      "Checks the machine, Redis, the settings and, where one runs, the node, and says what to do.",
      "Give it the settings of the node. Exit code 1 when something fails; warnings are no failure."
    })
final class DoctorCommand extends ConfiguredCommand {
  /** Beyond it, every publication is late; within one data centre it is below a millisecond. */
  private static final Duration SLOW_ROUND_TRIP = Duration.ofMillis(5);

  /** A third of what is tolerated of tokens, and more than the whole seconds that Redis tells. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

  private static final int OLDEST_REDIS = 6;

  @Option(names = "--url", paramLabel = "URL", description = "Address of the admin port.")
  @Nullable String url;

  @Option(names = "--json", description = "Prints JSON.")
  boolean json;

  DoctorCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws InterruptedException {
    List<Finding> findings = new ArrayList<>(MachineChecks.run());
    findings.addAll(redis(settings));
    findings.addAll(SettingChecks.run(settings));
    findings.addAll(node(settings));
    boolean failed = findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
    if (json) {
      ObjectNode body = Console.object().put("healthy", !failed);
      ArrayNode list = body.putArray("findings");
      findings.forEach(list::addPOJO);
      console.print(body);
    } else {
      print(findings);
    }
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  private void print(List<Finding> findings) {
    Table table = new Table("CHECK", "RESULT", "DETAIL");
    for (Finding finding : findings) {
      String word = finding.level().name().toLowerCase(Locale.ROOT);
      table.row(finding.what(), console.styled(style(finding.level()), word), finding.detail());
      if (finding.advice() != null) {
        table.row("", "", "-> " + finding.advice());
      }
    }
    console.print(table);
  }

  private static Style style(Level level) {
    return switch (level) {
      case OK -> Style.GOOD;
      case WARN -> Style.WARNING;
      case FAIL -> Style.BAD;
    };
  }

  private static List<Finding> redis(Configuration settings) {
    RedisConfig redis = NodeFactory.redis(settings);
    if (redis == null) {
      return List.of();
    }
    try {
      RedisProbe probe = RedisProbe.ask(redis, Clock.systemUTC());
      return List.of(
          Finding.good("redis", redis.address() + " answers"),
          version(probe.version()),
          Finding.of(
              probe.roundTrip().compareTo(SLOW_ROUND_TRIP) < 0,
              "redis round trip",
              probe.roundTrip().toNanos() / 1000 + " µs",
              "put nodes and Redis into one network; look at SLOWLOG"),
          Finding.of(
              probe.clockAhead().abs().compareTo(CLOCK_TOLERANCE) < 0,
              "clock",
              probe.clockAhead().toSeconds() + " s ahead of that of Redis",
              "have both set their clocks by NTP: tokens end by this one, leases by that one"),
          Finding.of(
              !probe.eviction().startsWith("allkeys"),
              "redis eviction",
              probe.eviction(),
              "histories, inboxes and leases would vanish: CONFIG SET maxmemory-policy noeviction"));
    } catch (IOException e) {
      return List.of(
          Finding.failure(
              "redis",
              redis.address() + " does not answer: " + e.getMessage(),
              "look at " + Settings.REDIS_URL.name() + ", its password, and firewalls"));
    }
  }

  private static Finding version(String version) {
    boolean good = true;
    int dot = version.indexOf('.');
    if (dot > 0 && version.substring(0, dot).matches("\\d{1,4}")) {
      good = Integer.parseInt(version.substring(0, dot)) >= OLDEST_REDIS;
    }
    return Finding.of(good, "redis version", version, "6 or newer is what is tested");
  }

  private List<Finding> node(Configuration settings) throws InterruptedException {
    NodeClient node = NodeClient.admin(url, settings);
    try {
      JsonNode stats = node.get("/stats");
      String overload = stats.at("/limits/overload").asText("null");
      boolean overloaded = !overload.equals("null");
      List<Finding> findings = new ArrayList<>();
      findings.add(
          Finding.of(
              stats.at("/node/ready").asBoolean(),
              "node",
              node.base() + (overloaded ? " is short of: " + overload : " answers"),
              "it takes no newcomers: GET /ready says why"));
      findings.add(machinery(stats.path("machinery")));
      findings.add(
          Finding.good(
              "node room",
              stats.at("/limits/sockets").asText("0")
                  + " sockets of at most "
                  + stats.at("/limits/maxConnections").asText("unknown")));
      return findings;
    } catch (NodeClient.Refused e) {
      return List.of(Finding.warning("node", String.valueOf(e.getMessage()), "look at its log"));
    } catch (IOException | IllegalArgumentException e) {
      return List.of(
          Finding.warning(
              "node", "none answers at " + node.base(), "start one, or say where with --url"));
    }
  }

  private static Finding machinery(JsonNode machinery) {
    String transport = machinery.path("transport").asText();
    String collector = machinery.path("collector").asText();
    return Finding.of(
        !transport.equals("nio") && !collector.equals("Serial"),
        "node machinery",
        "Java " + machinery.path("java").asText() + ", " + transport + ", " + collector,
        "for production, start it with scripts/gateway run, on Linux: epoll and G1");
  }
}
