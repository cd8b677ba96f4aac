package io.velonx.gateway.loadtest.compare;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A figure of the swarm's results as people read it.
 *
 * @param name its member in {@code figures} of a result file
 * @param moreIsBetter what a reader hopes for
 */
public record Figure(String name, String title, boolean moreIsBetter) {
  public static final Figure DELIVERIES = new Figure("deliveries_per_second", "deliveries/s", true);
  public static final Figure DELIVERY_CPU =
      new Figure("server_cpu_us_per_delivery", "CPU µs/delivery", false);
  public static final Figure LATENCY_P50 = new Figure("latency_ms_p50", "p50 ms", false);
  public static final Figure LATENCY_P99 = new Figure("latency_ms_p99", "p99 ms", false);
  public static final Figure HANDSHAKES = new Figure("handshakes_per_second", "handshakes/s", true);
  public static final Figure HANDSHAKE_CPU =
      new Figure("server_cpu_us_per_handshake", "CPU µs/handshake", false);
  public static final Figure MEMORY =
      new Figure("rss_kib_per_connection", "RSS KiB/connection", false);
  public static final Figure REQUESTS = new Figure("requests_per_second", "round trips/s", true);
  public static final Figure REQUEST_CPU =
      new Figure("server_cpu_us_per_request", "CPU µs/round trip", false);

  private static final Pattern RATED =
      Pattern.compile(
          "(?!loadgen_).*(_per_second|_us_per_.*|_kib_per_connection|_ms_p\\d+|_ms_max)"
              + "|lost|duplicated|reordered|failed");

  private static final List<Figure> KNOWN =
      List.of(
          DELIVERIES,
          DELIVERY_CPU,
          LATENCY_P50,
          LATENCY_P99,
          HANDSHAKES,
          HANDSHAKE_CPU,
          MEMORY,
          REQUESTS,
          REQUEST_CPU);

  /** A figure by name; one that is not among the known ones is called by its name. */
  public static Figure named(String name) {
    return KNOWN.stream()
        .filter(figure -> figure.name.equals(name))
        .findFirst()
        .orElseGet(() -> new Figure(name, name, name.endsWith("_per_second")));
  }

  /** Whether more or less of it is better; counts of what was done say nothing. */
  public static boolean isRated(String name) {
    return RATED.matcher(name).matches();
  }

  /** Three digits that count, and a letter for thousands or millions. */
  public static String format(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "–";
    }
    if (size >= 999_500) {
      return digits(value / 1e6) + "M";
    }
    if (size >= 9_995) {
      return digits(value / 1e3) + "k";
    }
    return digits(value);
  }

  private static String digits(double value) {
    double size = Math.abs(value);
    if (size < 0.0005) {
      return "0";
    }
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
