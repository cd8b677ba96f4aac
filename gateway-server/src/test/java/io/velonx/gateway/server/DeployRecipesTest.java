package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.velonx.gateway.server.config.ConfigLoader;
import io.velonx.gateway.server.config.Setting;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What the recipes say is true of the gateway and of each other. */
class DeployRecipesTest {
  private static final int DRAIN_SECONDS = seconds(Settings.DRAIN_DEADLINE);
  private static final int HEARTBEAT_SECONDS = seconds(Settings.TIMEOUTS_HEARTBEAT);

  @Test
  void everySettingAndVariableThatIsNamedExists() throws IOException {
    Set<String> names = Settings.ALL.stream().map(Setting::name).collect(Collectors.toSet());
    Set<String> variables =
        Settings.ALL.stream().map(Setting::variable).collect(Collectors.toSet());
    variables.add(ConfigLoader.FILE_VARIABLE);
    String groups =
        names.stream()
            .map(name -> name.substring(0, name.indexOf('.')))
            .distinct()
            .collect(Collectors.joining("|"));
    Set<String> found = new HashSet<>();
    for (Path file : DeployRecipes.files()) {
      String text = Files.readString(file);
      Matcher variable = Pattern.compile("\\bGATEWAY_[A-Z_]+").matcher(text);
      while (variable.find()) {
        assertTrue(variables.contains(variable.group()), file + ": " + variable.group());
        found.add(variable.group());
      }
      Matcher name =
          Pattern.compile("(?<![\\w./-])(?:" + groups + ")\\.[a-z]+(?:-[a-z]+)*").matcher(text);
      while (name.find()) {
        assertTrue(names.contains(name.group()), file + ": " + name.group());
        found.add(name.group());
      }
    }
    assertTrue(found.contains("GATEWAY_REDIS_URL"), found.toString());
    assertTrue(found.contains("listen.trusted-proxies"), found.toString());
  }

  @Test
  void javaGetsTheFlagsOfTheScript() throws IOException {
    String script = Files.readString(DeployRecipes.ROOT.resolve("scripts/gateway"));
    Set<String> flags = new HashSet<>();
    Matcher run = Pattern.compile("(?ms)^  run\\)\n(.*?);;").matcher(script);
    assertTrue(run.find());
    collectFlags(run.group(1), flags);
    collectFlags(script.substring(script.indexOf("-ge 24")), flags);
    assertEquals(6, flags.size(), flags.toString());
    for (List<String> words :
        List.of(DeployRecipes.javaWordsOfContainer(), DeployRecipes.javaWordsOfUnit())) {
      assertEquals(flags, new HashSet<>(words.subList(0, words.indexOf("-jar"))));
    }
  }

  @Test
  void nobodyIsKilledBeforeHeHasDrained() throws IOException {
    int stop = number("gateway.service", "TimeoutStopSec=(\\d+)s");
    assertTrue(stop >= DRAIN_SECONDS + 10, "TimeoutStopSec " + stop);
    JsonNode pod = kubernetes("Deployment").at("/spec/template/spec");
    int patience = pod.path("terminationGracePeriodSeconds").asInt();
    int preStop = pod.at("/containers/0/lifecycle/preStop/exec/command/1").asInt();
    assertTrue(preStop > 0 && patience >= preStop + DRAIN_SECONDS + 10, "grace " + patience);
  }

  @Test
  void proxiesWaitForLongerThanTwoHeartbeats() throws IOException {
    int least = 2 * HEARTBEAT_SECONDS;
    assertTrue(number("haproxy.cfg", "timeout tunnel (\\d+)h") * 3600 > least);
    assertTrue(number("nginx.conf", "proxy_read_timeout (\\d+)h") * 3600 > least);
    assertTrue(number("nginx.conf", "proxy_send_timeout (\\d+)h") * 3600 > least);
    JsonNode annotations = kubernetes("Ingress").at("/metadata/annotations");
    for (String each : List.of("read", "send")) {
      String name = "nginx.ingress.kubernetes.io/proxy-" + each + "-timeout";
      assertTrue(annotations.path(name).asInt() > least, name);
    }
  }

  @Test
  void partsOfTheKubernetesManifestFitTogether() throws IOException {
    JsonNode deployment = kubernetes("Deployment").path("spec");
    JsonNode labels = deployment.at("/template/metadata/labels");
    assertFalse(labels.isEmpty());
    assertEquals(labels, deployment.at("/selector/matchLabels"));
    assertEquals(labels, kubernetes("Service").at("/spec/selector"));
    assertEquals(labels, kubernetes("PodDisruptionBudget").at("/spec/selector/matchLabels"));
    JsonNode backend = kubernetes("Ingress").at("/spec/rules/0/http/paths/0/backend/service");
    assertEquals(kubernetes("Service").at("/metadata/name"), backend.path("name"));
    assertEquals(kubernetes("Service").at("/spec/ports/0/name"), backend.at("/port/name"));

    JsonNode container = deployment.at("/template/spec/containers/0");
    JsonNode port = container.at("/ports/0");
    assertEquals(Settings.LISTEN_PORT.defaultText(), port.path("containerPort").asText());
    assertEquals(port.path("name"), kubernetes("Service").at("/spec/ports/0/targetPort"));
    assertEquals("/ready", container.at("/readinessProbe/httpGet/path").asText());
    assertEquals("/live", container.at("/livenessProbe/httpGet/path").asText());
    assertEquals("/live", container.at("/startupProbe/httpGet/path").asText());
    for (String probe : List.of("readinessProbe", "livenessProbe", "startupProbe")) {
      assertEquals(port.path("name"), container.at("/" + probe + "/httpGet/port"), probe);
    }
    assertEquals(
        container.at("/resources/requests/memory"), container.at("/resources/limits/memory"));
  }

  @Test
  void gatewayTakesTheVariablesOfTheKubernetesManifest() throws IOException {
    Map<String, String> examples =
        Map.of("redis-url", "redis://redis:6379", "token-secret", "x", "metadata.name", "pod-1");
    Map<String, String> environment = new LinkedHashMap<>();
    for (JsonNode variable : kubernetes("Deployment").at("/spec/template/spec/containers/0/env")) {
      JsonNode from = variable.path("valueFrom");
      String source =
          from.at("/secretKeyRef/key").asText() + from.at("/fieldRef/fieldPath").asText();
      environment.put(
          variable.path("name").asText(),
          examples.getOrDefault(source, variable.path("value").asText()));
    }
    assertEquals(5, environment.size());
    assertFalse(environment.containsValue(""), environment.toString());
    ConfigLoader.Result result =
        ConfigLoader.load(ConfigLoader.Mode.RUN, Map.of(), environment, null);
    assertInstanceOf(ConfigLoader.Result.Loaded.class, result, result.toString());
  }

  @Test
  void traefikAsksForReadinessAndKeepsItsNames() throws IOException {
    JsonNode http = document("traefik.yaml", "").path("http");
    String service = http.at("/routers/gateway/service").asText();
    JsonNode balancer = http.at("/services/" + service + "/loadBalancer");
    assertEquals("/ready", balancer.at("/healthCheck/path").asText());
    assertEquals(2, balancer.path("servers").size());
    String transport = balancer.path("serversTransport").asText();
    assertTrue(http.path("serversTransports").has(transport), transport);
  }

  @Test
  void everyCommandOfThePageIsRunByATestOrNeedsAnotherMachine() throws IOException {
    Pattern elsewhere = Pattern.compile("(sudo|kubectl) .*");
    Pattern here = Pattern.compile("(haproxy|nginx|systemd-analyze|scripts/gateway) .*");
    List<String> commands = DeployRecipes.commands();
    assertTrue(commands.size() > 10);
    for (String command : commands) {
      assertTrue(elsewhere.matcher(command).matches() || here.matcher(command).matches(), command);
    }
  }

  private static void collectFlags(String text, Set<String> flags) {
    Matcher flag =
        Pattern.compile("(?<=[\" ])-(?:XX:\\+?[A-Za-z0-9]+(?:=\\d+)?|-sun-[a-z=-]+)").matcher(text);
    while (flag.find()) {
      if (!flag.group().contains("SharedArchive")) {
        flags.add(flag.group());
      }
    }
  }

  private static int number(String file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(DeployRecipes.read(file));
    assertTrue(matcher.find(), pattern);
    return Integer.parseInt(matcher.group(1));
  }

  private static int seconds(Setting<?> setting) {
    return Integer.parseInt(String.valueOf(setting.defaultText()).replace("s", ""));
  }

  private static JsonNode kubernetes(String kind) throws IOException {
    assertEquals(
        Set.of("Deployment", "PodDisruptionBudget", "Service", "Ingress"),
        documents("kubernetes.yaml").keySet());
    return document("kubernetes.yaml", kind);
  }

  private static JsonNode document(String file, String kind) throws IOException {
    return documents(file).getOrDefault(kind, MissingNode.getInstance());
  }

  /** By their kind. */
  private static Map<String, JsonNode> documents(String file) throws IOException {
    Map<String, JsonNode> documents = new LinkedHashMap<>();
    for (Object document : new Yaml().loadAll(DeployRecipes.read(file))) {
      JsonNode tree = new ObjectMapper().valueToTree(document);
      documents.put(tree.path("kind").asText(), tree);
    }
    return documents;
  }
}
