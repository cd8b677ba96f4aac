package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.dialect.Dialect.Way;
import io.velonx.gateway.loadtest.dialect.DialectFile;
import io.velonx.gateway.loadtest.measure.Threshold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every scenario. */
final class CommonOptions {
  @Option(
      names = "--url",
      split = ",",
      paramLabel = "URL",
      description = {
        "Where the server listens; several for a cluster.",
        "A path replaces that of the dialect up to its query. Default: what the dialect says."
      })
  List<String> urls = new ArrayList<>();

  @Option(
      names = "--dialect",
      paramLabel = "FILE",
      description = "How to speak to the server. Default: the gateway's own protocol.")
  @Nullable Path dialect;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Connections that subscribe (default: ${DEFAULT-VALUE}).")
  int connections = 1000;

  @Option(
      names = "--rooms",
      paramLabel = "N",
      description = "Rooms they spread over (default: ${DEFAULT-VALUE}).")
  int rooms = 1;

  @Option(
      names = "--rooms-per-connection",
      paramLabel = "N",
      description = "Rooms of each connection (default: ${DEFAULT-VALUE}).")
  int roomsPerConnection = 1;

  @Option(
      names = "--zipf",
      paramLabel = "S",
      description = "Room r gets 1/r^S of the connections; 0: all the same (default).")
  double zipf;

  @Option(
      names = "--users",
      paramLabel = "N",
      description = "Users the connections belong to (default: one each).")
  int users;

  @Option(
      names = "--size",
      paramLabel = "OCTETS",
      description = "Size of a publication's body (default: ${DEFAULT-VALUE}).")
  int size = 150;

  @Option(
      names = "--token-secret",
      paramLabel = "SECRET",
      defaultValue = "${env:GATEWAY_TOKEN_SECRET:-}",
      description = "Signs tokens. Default: GATEWAY_TOKEN_SECRET, then that of the dialect.")
  String tokenSecret = "";

  @Option(
      names = "--source-addresses",
      paramLabel = "N",
      description = {
        "Connections to this machine leave from 127.0.0.1 to 127.0.0.N, so that ports",
        "do not run out; 0 leaves it to the system (default: ${DEFAULT-VALUE})."
      })
  int sourceAddresses = 20;

  @Option(
      names = "--processes",
      paramLabel = "N",
      description = "Processes the connections are spread over (default: ${DEFAULT-VALUE}).")
  int processes = 1;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops of each process (default: ${DEFAULT-VALUE}).")
  int loops = 1;

  @Option(
      names = "--connect-rate",
      paramLabel = "R",
      description = "Connections opened per second; 0: as fast as it goes (default).")
  double connectRate;

  @Option(
      names = "--connect-concurrency",
      paramLabel = "N",
      description = "Connections of a process that open at a time (default: ${DEFAULT-VALUE}).")
  int connectConcurrency = 128;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "How long a connection may take to open (default: 10s).")
  long connectTimeoutMillis = 10_000;

  @Option(
      names = "--publisher",
      paramLabel = "ws|http|redis",
      converter = WayConverter.class,
      description = "Over what publications reach the server. Default: what the dialect says.")
  @Nullable Way publisher;

  @Option(
      names = "--publish-url",
      paramLabel = "URL",
      description = "Where: http://HOST:PORT, redis://HOST:PORT, or ws://HOST:PORT.")
  @Nullable String publishUrl;

  @Option(
      names = "--publishers",
      paramLabel = "N",
      description = "Connections that publish (default: ${DEFAULT-VALUE}).")
  int publishers = 1;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Open loop: R publications per second, whatever becomes of them.")
  double rate;

  @Option(
      names = "--deliveries-rate",
      paramLabel = "D",
      description = "Open loop: as many publications as make D deliveries per second.")
  double deliveriesRate;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = {
        "Closed loop: at most N publications that not all subscribers have yet; given up",
        "after a second without progress. Default where nothing else is said: 8."
      })
  int window;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "Load before measuring (default: 2s).")
  long warmUpMillis = 2_000;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "How long to measure (default: 5s).")
  long durationMillis = 5_000;

  @Option(
      names = "--server-pid",
      split = ",",
      paramLabel = "PID",
      description = "Processes of the server, for processor time and memory; children count.")
  List<Long> serverPids = new ArrayList<>();

  @Option(
      names = "--aux-pid",
      split = ",",
      paramLabel = "PID",
      description = "Processes it needs, as Redis, for processor time.")
  List<Long> auxPids = new ArrayList<>();

  @Option(
      names = "--stats-url",
      paramLabel = "URL",
      description = "Stats of the server, taken before and after, as http://127.0.0.1:3001/stats.")
  @Nullable String statsUrl;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the result as JSON; - is standard output, which moves the table.")
  @Nullable String json;

  @Option(
      names = "--threshold",
      paramLabel = "FIGURE<=NUMBER",
      converter = ThresholdConverter.class,
      description = "Fails the run (exit code 1) when it does not hold; may be repeated.")
  List<Threshold> thresholds = new ArrayList<>();

  @Option(names = "--label", paramLabel = "TEXT", description = "Names the run in the result.")
  @Nullable String label;

  @Option(
      names = {"-q", "--quiet"},
      description = "No parameters, no progress, no table.")
  boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  /** {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}. */
  static final class Durations implements picocli.CommandLine.ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      java.util.regex.Matcher matcher =
          java.util.regex.Pattern.compile("([0-9]+)(ms|s|m|h)").matcher(text);
      if (!matcher.matches()) {
        throw new picocli.CommandLine.TypeConversionException(
            text + " (expected: a time as 500ms, 5s, 2m or 1h)");
      }
      long unit =
          switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
          };
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    }
  }

  static final class WayConverter implements picocli.CommandLine.ITypeConverter<Way> {
    @Override
    public Way convert(String text) {
      try {
        return DialectFile.way(text);
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }

  static final class ThresholdConverter implements picocli.CommandLine.ITypeConverter<Threshold> {
    @Override
    public Threshold convert(String text) {
      try {
        return Threshold.parse(text);
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }
}
