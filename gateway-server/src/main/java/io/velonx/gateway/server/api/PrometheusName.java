package io.velonx.gateway.server.api;

import io.prometheus.metrics.model.snapshots.Labels;
import io.velonx.gateway.metrics.MetricHelp;
import io.velonx.gateway.metrics.MetricNames;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an instrument is called in Prometheus: one of a family has the name of the family, and what
 * tells it from the others is a label.
 *
 * @param text of letters, digits and underscores, without a suffix for the type
 */
record PrometheusName(String text, Labels labels, String help) {
  private static final List<Family> FAMILIES =
      List.of(
          family(MetricNames.CONNECTIONS_CLOSED, "code"),
          family(MetricNames.CONNECTIONS_REFUSED, "status"),
          family(MetricNames.LIMITS_REFUSED, "limit"),
          family(MetricNames.COMMANDS_REFUSED, "code"),
          family(MetricNames.FILES_REFUSED, "reason"),
          new Family("jvm\\.gc\\.(.+)\\.count", "jvm.gc.collections", "gc", "Collections so far."),
          new Family("jvm\\.gc\\.(.+)\\.time", "jvm.gc.millis", "gc", "Time they took."),
          new Family(
              "jvm\\.memory\\.pools\\.(.+)\\.usage",
              "jvm.memory.pool.usage",
              "pool",
              "Share of a pool that is in use."),
          new Family(
              "jvm\\.memory\\.pools\\.(.+)\\.(used|used-after-gc|committed|init|max)",
              "jvm.memory.pool.$2.bytes",
              "pool",
              "Octets of a pool; -1 where there is no limit."),
          new Family(
              "jvm\\.memory\\.(heap|non-heap)\\.usage",
              "jvm.memory.usage",
              "area",
              "Share of the memory that is in use."),
          new Family(
              "jvm\\.memory\\.(heap|non-heap|total)\\.(used|committed|init|max)",
              "jvm.memory.$2.bytes",
              "area",
              "Octets of memory; -1 where there is no limit."));

  static PrometheusName of(String name) {
    for (Family family : FAMILIES) {
      Matcher member = family.pattern.matcher(name);
      if (member.matches()) {
        Labels labels = Labels.of(family.label, member.group(1));
        return new PrometheusName(plain(member.replaceFirst(family.name)), labels, family.help);
      }
    }
    String help = MetricHelp.of(name);
    return new PrometheusName(plain(name), Labels.EMPTY, help == null ? name : help);
  }

  private static Family family(String name, String label) {
    return new Family(
        Pattern.quote(name) + "\\.([^.]+)",
        name,
        label,
        Objects.requireNonNull(MetricHelp.of(name), name));
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }

  /**
   * Instruments that are one metric.
   *
   * @param pattern its first group is the value of the label
   * @param name of the family; may refer to other groups
   */
  private record Family(Pattern pattern, String name, String label, String help) {
    Family(String pattern, String name, String label, String help) {
      this(Pattern.compile(pattern), name, label, help);
    }
  }
}
