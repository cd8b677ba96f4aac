package io.velonx.gateway.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jvm.GarbageCollectorMetricSet;
import com.codahale.metrics.jvm.MemoryUsageGaugeSet;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.files.DirectoryFileStore;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.metrics.MetricHelp;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.hooks.HookConfig;
import io.velonx.gateway.server.hooks.Hooks;
import io.velonx.gateway.testing.TestNode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class PrometheusReportTest {
  private static final Path MONITORING = Path.of("..", "scripts", "monitoring");

  private final MetricRegistry registry = new MetricRegistry();

  @Test
  void countersEndInTotalAndFamiliesHaveALabel() {
    registry.counter(MetricNames.CONNECTIONS_ACCEPTED).inc(3);
    registry.counter(MetricNames.CONNECTIONS_CLOSED + ".4101").inc(2);
    registry.counter(MetricNames.CONNECTIONS_CLOSED + ".4103").inc();
    registry.counter(MetricNames.CONNECTIONS_REFUSED + ".401").inc();
    registry.counter(MetricNames.LIMITS_REFUSED + ".address").inc();
    registry.counter(MetricNames.COMMANDS_REFUSED + ".RATE_LIMITED").inc();
    Exposition exposed = exposed();
    assertEquals(3, exposed.value("gateway_connections_accepted_total"));
    assertEquals(2, exposed.value("gateway_connections_closed_total{code=\"4101\"}"));
    assertEquals(1, exposed.value("gateway_connections_closed_total{code=\"4103\"}"));
    assertEquals(1, exposed.value("gateway_connections_refused_total{status=\"401\"}"));
    assertEquals(1, exposed.value("gateway_limits_refused_total{limit=\"address\"}"));
    assertEquals(1, exposed.value("gateway_commands_refused_total{code=\"RATE_LIMITED\"}"));
    assertEquals(5, exposed.types.size(), "one family each");
    assertEquals(
        MetricHelp.of(MetricNames.CONNECTIONS_ACCEPTED),
        exposed.help.get("gateway_connections_accepted_total"));
  }

  @Test
  void timesAreInSecondsAndTextIsALabel() {
    registry.timer(MetricNames.EVENT_LOOP_LAG).update(250, TimeUnit.MILLISECONDS);
    registry.registerGauge(MetricNames.TRANSPORT, () -> "EPOLL \"quoted\"");
    registry.registerGauge("gateway.nothing", () -> null);
    Exposition exposed = exposed();
    assertEquals(0.25, exposed.value("gateway_eventloop_lag_seconds{quantile=\"0.99\"}"), 1e-9);
    assertEquals(0.25, exposed.value("gateway_eventloop_lag_seconds{quantile=\"1.0\"}"), 1e-9);
    assertEquals(1, exposed.value("gateway_eventloop_lag_seconds_count"));
    assertEquals(1, exposed.value("gateway_transport_info{transport=\"EPOLL \\\"quoted\\\"\"}"));
    assertEquals("summary", exposed.types.get("gateway_eventloop_lag_seconds"));
  }

  @Test
  void everyInstrumentOfANodeIsExposedWithItsDescription(@TempDir Path folder) throws Exception {
    Exposition exposed = exposedByANode(folder);
    for (Field constant : MetricNames.class.getFields()) {
      String name = (String) constant.get(null);
      String plain = name.replace('.', '_');
      String family =
          exposed.help.keySet().stream()
              .filter(text -> text.matches(plain + "(_total|_seconds|_info)?"))
              .findFirst()
              .orElse("");
      assertFalse(family.isEmpty(), name + " is not exposed");
      assertEquals(MetricHelp.of(name), exposed.help.get(family));
    }
    assertTrue(exposed.names().contains("jvm_memory_used_bytes"));
    assertTrue(exposed.names().contains("jvm_gc_collections"));
    assertTrue(exposed.names().contains("jvm_memory_pool_committed_bytes"));
    assertFalse(exposed.help.toString().contains("jvm."), "all of the JVM has descriptions");
  }

  @Test
  void alertsAndDashboardNameOnlyWhatIsExposed(@TempDir Path folder) throws Exception {
    Set<String> names = exposedByANode(folder).names();
    Set<String> unknown = new TreeSet<>();
    int found = 0;
    for (String file : Set.of("alerts.yml", "dashboard.json")) {
      Matcher name =
          Pattern.compile("\\b(gateway|jvm)_[a-z0-9_]+\\b")
              .matcher(Files.readString(MONITORING.resolve(file)));
      while (name.find()) {
        found++;
        if (!names.contains(name.group())) {
          unknown.add(file + ": " + name.group());
        }
      }
    }
    assertEquals(Set.of(), unknown);
    assertTrue(found > 40, "found " + found);
  }

  @Test
  void alertsAreRulesAndEachSaysWhatToDo() throws Exception {
    int rules = 0;
    for (JsonNode group : alerts().path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        rules++;
        String alert = rule.path("alert").asText();
        assertTrue(alert.matches("Gateway[A-Z][A-Za-z]+"), alert);
        assertFalse(rule.path("expr").asText().isEmpty(), alert);
        assertTrue(Set.of("page", "ticket").contains(rule.at("/labels/severity").asText()), alert);
        assertFalse(rule.at("/annotations/summary").asText().isEmpty(), alert);
        assertFalse(rule.at("/annotations/do").asText().isEmpty(), alert);
      }
    }
    assertTrue(rules >= 10, "rules: " + rules);
  }

  @Test
  void everyPanelOfTheDashboardHasAPlaceAndAQuestion() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(MONITORING.resolve("dashboard.json").toFile());
    Set<Integer> ids = new TreeSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertTrue(ids.add(panel.path("id").asInt()), panel.path("title").asText());
      assertTrue(panel.path("gridPos").has("h"), panel.path("title").asText());
      for (JsonNode target : panel.path("targets")) {
        assertFalse(target.path("expr").asText().isEmpty(), panel.path("title").asText());
      }
    }
    assertTrue(ids.size() >= 10, "panels: " + ids);
  }

  private static JsonNode alerts() throws IOException {
    Object read =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(MONITORING.resolve("alerts.yml")));
    return new ObjectMapper().valueToTree(read);
  }

  /** As much as a node can have: hooks, fetched keys, and one of each family. */
  private static Exposition exposedByANode(Path folder) throws IOException {
    FileStore files = new DirectoryFileStore(folder, FileLimits.DEFAULT, Clock.systemUTC());
    try (TestNode node = TestNode.start(settings -> settings.files(files))) {
      MetricRegistry registry = node.gateway().metrics().registry();
      node.gateway().metrics().refused(401);
      node.gateway().metrics().limited("address");
      node.gateway().metrics().fileRefused("size");
      node.gateway().metrics().closed(4101);
      node.gateway().metrics().commandRefused("RATE_LIMITED");
      registry.counter(MetricNames.JWKS_FAILURES);
      registry.registerAll("jvm.gc", new GarbageCollectorMetricSet());
      registry.registerAll("jvm.memory", new MemoryUsageGaugeSet());
      HookConfig config =
          new HookConfig(
              URI.create("http://127.0.0.1:1/"),
              "secret",
              Duration.ofSeconds(1),
              Duration.ZERO,
              Set.of());
      new Hooks(config, "n1", Clock.systemUTC(), registry).close();
      return exposed(registry);
    }
  }

  private Exposition exposed() {
    return exposed(registry);
  }

  private static Exposition exposed(MetricRegistry registry) {
    HttpAnswer answer = PrometheusReport.of(registry);
    assertEquals("text/plain; version=0.0.4; charset=utf-8", answer.contentType());
    return Exposition.parse(new String(answer.body(), StandardCharsets.UTF_8));
  }
}
