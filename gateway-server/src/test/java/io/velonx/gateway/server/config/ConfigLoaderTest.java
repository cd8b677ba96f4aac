package io.velonx.gateway.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.GatewayConfig;
import io.velonx.gateway.GatewayConfig.Transport;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.dispatch.ClientPublishing.Policy;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.config.ConfigLoader.Mode;
import io.velonx.gateway.server.config.ConfigLoader.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  @TempDir Path folder;

  private final Map<Setting<?>, String> flags = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private @Nullable Path file;
  private Mode mode = Mode.RUN;

  @Test
  void everySettingHasOneNameInEverySource() {
    Set<String> seen = new HashSet<>();
    for (Setting<?> setting : Settings.ALL) {
      assertTrue(setting.name().matches("[a-z]+(\\.[a-z]+(-[a-z]+)*)+"), setting.name());
      assertTrue(seen.add(setting.variable()), setting.variable());
      assertTrue(seen.add(setting.flag()), setting.flag());
      assertTrue(setting.description().endsWith("."), setting.description());
    }
    assertEquals("GATEWAY_REDIS_URL", Settings.REDIS_URL.variable());
    assertEquals("--redis-url", Settings.REDIS_URL.flag());
    assertEquals("GATEWAY_LIMITS_MESSAGE_BYTES", Settings.LIMITS_MESSAGE.variable());
    assertEquals("--limits-message-bytes", Settings.LIMITS_MESSAGE.flag());
  }

  @Test
  void defaultsAreThoseOfTheGateway() {
    GatewayConfig gateway = GatewayConfig.builder().build();
    Configuration settings = loaded();
    assertNull(settings.find(Settings.LISTEN_HOST));
    assertEquals(gateway.port(), settings.get(Settings.LISTEN_PORT));
    assertEquals(gateway.path(), settings.get(Settings.LISTEN_PATH));
    assertEquals(gateway.transport(), settings.get(Settings.LISTEN_TRANSPORT));
    assertEquals(gateway.maxMessageBytes(), settings.get(Settings.LIMITS_MESSAGE));
    assertEquals(gateway.maxFragments(), settings.get(Settings.LIMITS_FRAGMENTS));
    assertEquals(gateway.maxSubscriptions(), settings.get(Settings.LIMITS_SUBSCRIPTIONS));
    assertEquals(
        gateway.slowConsumerPolicy().dropAboveBytes(), settings.get(Settings.LIMITS_OUTBOUND_DROP));
    assertEquals(
        gateway.slowConsumerPolicy().closeAboveBytes(),
        settings.get(Settings.LIMITS_OUTBOUND_CLOSE));
    assertEquals(gateway.fanoutQueueBytes(), settings.get(Settings.LIMITS_FANOUT_QUEUE));
    assertNull(settings.find(Settings.FILES_DIRECTORY));
    assertEquals(FileLimits.DEFAULT, NodeFactory.fileLimits(settings));
    LimitConfig limits = gateway.limits();
    assertEquals(limits.commands(), settings.get(Settings.LIMITS_COMMANDS));
    assertEquals(
        limits.connectionsPerUser(),
        new UserCap(
            settings.get(Settings.LIMITS_CONNECTIONS_PER_USER),
            settings.get(Settings.LIMITS_USER_FULL)));
    assertEquals(
        limits.connectionsPerAddress(), settings.get(Settings.LIMITS_CONNECTIONS_PER_ADDRESS));
    assertEquals(limits.failedHandshakes(), settings.get(Settings.LIMITS_FAILED_HANDSHAKES));
    assertNull(settings.find(Settings.LIMITS_CONNECTIONS_PER_NODE));
    assertEquals(limits.publishing(), settings.get(Settings.LIMITS_PUBLISHING));
    assertEquals(limits.maxHeapPercent(), settings.get(Settings.LIMITS_HEAP));
    assertEquals(limits.maxEventLoopLag(), settings.get(Settings.LIMITS_LAG));
    assertEquals(limits.accepts(), settings.get(Settings.LIMITS_ACCEPTS));
    assertEquals(limits.proxyProtocol(), settings.get(Settings.LISTEN_PROXY_PROTOCOL));
    assertEquals(limits.clientAddressHeader(), settings.get(Settings.LISTEN_CLIENT_ADDRESS_HEADER));
    assertEquals(gateway.handshakeTimeout(), settings.get(Settings.TIMEOUTS_HANDSHAKE));
    assertEquals(gateway.heartbeatInterval(), settings.get(Settings.TIMEOUTS_HEARTBEAT));
    assertEquals(gateway.stallTimeout(), settings.get(Settings.TIMEOUTS_STALL));
    assertNull(settings.find(Settings.LIMITS_OUTBOUND_NODE));
    assertEquals(gateway.closeTimeout(), settings.get(Settings.TIMEOUTS_CLOSE));
    assertEquals(gateway.compression(), settings.get(Settings.WEBSOCKET_COMPRESSION));
    assertEquals(gateway.presenceGrace(), settings.get(Settings.PRESENCE_GRACE));
    assertEquals(gateway.presenceAnnounceLimit(), settings.get(Settings.PRESENCE_ANNOUNCE_LIMIT));
    ChannelName room = ChannelName.room("a");
    assertEquals(
        gateway.clientPublishing().policyOf(room),
        settings.get(Settings.PUBLISHING_CLIENTS).policyOf(room));
    assertEquals(gateway.history().of(room), settings.get(Settings.HISTORY_KEEP).of(room));
    assertEquals(gateway.spool(), settings.get(Settings.HISTORY_SPOOL));
    assertFalse(settings.get(Settings.HISTORY_ADOPT).adopts(room));
    assertFalse(gateway.adoption().adopts(room));
    assertEquals(gateway.readyWhenDegraded(), settings.get(Settings.READY_WHEN_DEGRADED));
    assertEquals(gateway.inbox(), settings.get(Settings.INBOX_KEEP));
    assertEquals(Duration.ofSeconds(25), settings.get(Settings.DRAIN_DEADLINE));
    assertEquals("127.0.0.1", settings.get(Settings.ADMIN_HOST));
    assertEquals(3001, settings.get(Settings.ADMIN_PORT));
  }

  @Test
  void flagWinsOverVariableOverFileOverContractVariableOverDefault() throws IOException {
    assertPort(3000, "default");
    environment.put("PORT", "4001");
    assertPort(4001, "variable PORT");
    Path yaml = yaml("listen: {port: 4002}");
    assertPort(4002, "file " + yaml);
    environment.put("GATEWAY_LISTEN_PORT", "4003");
    assertPort(4003, "variable GATEWAY_LISTEN_PORT");
    flags.put(Settings.LISTEN_PORT, "4004");
    assertPort(4004, "flag --listen-port");
  }

  @Test
  void fileIsFoundThroughItsVariableUnlessAFlagNamesAnother() throws IOException {
    Path yaml = yaml("listen.port: 4002");
    file = null;
    environment.put("GATEWAY_CONFIG", yaml.toString());
    assertPort(4002, "file " + yaml);
  }

  @Test
  void contractVariablesAreHonoured() {
    environment.put("NEXTAUTH_SECRET", "s3cret");
    environment.put("PORT", "8080");
    environment.put("REDIS_URL", "rediss://user:pass@redis.example:7000/3");
    Configuration settings = loaded();
    assertEquals("s3cret", settings.find(Settings.TOKEN_SECRET));
    assertEquals(8080, settings.get(Settings.LISTEN_PORT));
    RedisConfig redis = Objects.requireNonNull(settings.find(Settings.REDIS_URL));
    assertEquals("redis.example", redis.host());
    assertEquals(3, redis.database());
  }

  @Test
  void hostnameIsNeverBoundTo() {
    environment.put("HOSTNAME", "3f2a9c");
    assertNull(loaded().find(Settings.LISTEN_HOST));
  }

  @Test
  void upstashVariablesBecomeARedisAddress() {
    environment.put("UPSTASH_REDIS_REST_URL", "https://apt-cat-1.upstash.io");
    environment.put("UPSTASH_REDIS_REST_TOKEN", "AX/+=@:tok en");
    RedisConfig redis = Objects.requireNonNull(loaded().find(Settings.REDIS_URL));
    assertTrue(redis.tls());
    assertEquals("apt-cat-1.upstash.io", redis.host());
    assertEquals(6379, redis.port());
    assertNull(redis.user());
    assertEquals("AX/+=@:tok en", redis.password());
    environment.put("REDIS_URL", "redis://first:6380");
    assertEquals("first", Objects.requireNonNull(loaded().find(Settings.REDIS_URL)).host());
  }

  @Test
  void halfOfTheUpstashVariablesStopsTheStart() {
    environment.put("UPSTASH_REDIS_REST_URL", "https://apt-cat-1.upstash.io");
    assertProblem("redis.url: UPSTASH_REDIS_REST_TOKEN is not set (expected: both");
    environment.put("UPSTASH_REDIS_REST_TOKEN", "t");
    environment.put("UPSTASH_REDIS_REST_URL", "apt cat");
    assertProblem("redis.url: \"apt cat\" from variable UPSTASH_REDIS_REST_URL (expected:");
  }

  @Test
  void emptyVariablesSayNothing() {
    environment.put("PORT", "");
    environment.put("REDIS_URL", "");
    environment.put("NEXTAUTH_SECRET", "");
    environment.put("GATEWAY_LISTEN_PORT", "");
    environment.put("UPSTASH_REDIS_REST_TOKEN", "");
    assertPort(3000, "default");
    assertNull(loaded().find(Settings.REDIS_URL));
  }

  @Test
  void devReadsOnlyThePortOfTheContractVariables() {
    mode = Mode.dev("thrown away");
    environment.put("NEXTAUTH_SECRET", "production");
    environment.put("REDIS_URL", "redis://production");
    environment.put("UPSTASH_REDIS_REST_URL", "https://half");
    environment.put("PORT", "4000");
    Configuration settings = loaded();
    assertEquals("thrown away", settings.find(Settings.TOKEN_SECRET));
    assertNull(settings.find(Settings.REDIS_URL));
    assertEquals(4000, settings.get(Settings.LISTEN_PORT));
    assertEquals("127.0.0.1", settings.find(Settings.LISTEN_HOST));
    assertTrue(settings.get(Settings.DEMO_ENABLED));
    assertTrue(settings.get(Settings.ADMIN_PAGE));
    assertEquals(
        Policy.RELAY, settings.get(Settings.PUBLISHING_CLIENTS).policyOf(ChannelName.group("any")));
    flags.put(Settings.REDIS_URL, "redis://asked-for");
    assertNotNull(loaded().find(Settings.REDIS_URL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listen.port              | 65536    | a whole number from 0 to 65535
          listen.port              | 30x      | a whole number from 0 to 65535
          listen.port              | -1       | a whole number from 0 to 65535
          listen.host              | a b      | a host name or an IP address
          listen.path              | ws       | a path as /api/community/ws
          listen.path              | /        | a path as /api/community/ws
          listen.transport         | kqueue   | one of auto, epoll, nio, io_uring
          listen.event-loops       | 64       | a whole number from 1 to 63
          limits.message-bytes     | 64KB     | octets from 125 to 67108864, as 65536, 64KiB or 1MiB
          limits.message-bytes     | 1GiB     | octets from 125 to 67108864, as 65536, 64KiB or 1MiB
          limits.commands          | 50       | how many a second and how many at once, as 50/100, each up to 1000000; or 0 for no limit
          limits.commands          | 5/0      | how many a second and how many at once, as 50/100, each up to 1000000; or 0 for no limit
          listen.trusted-proxies   | proxy    | a list of addresses and networks, as 127.0.0.0/8,::1, or none
          listen.trusted-proxies   | ::1/129  | a list of addresses and networks, as 127.0.0.0/8,::1, or none
          limits.user-full         | maybe    | one of reject, replace_oldest
          timeouts.heartbeat       | 25       | a time from 1ms to 1h, as 500ms, 25s, 2m or 1h
          timeouts.heartbeat       | 0s       | a time from 1ms to 1h, as 500ms, 25s, 2m or 1h
          drain.deadline           | soon     | a time from 100ms to 1h, as 500ms, 25s, 2m or 1h
          websocket.compression    | yes      | true or false
          token.algorithms         | RS1      | a list of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
          token.algorithms         | none     | a list of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
          token.jwks-url           | http://login.example.org/jwks.json | an address as https://login.example.org/.well-known/jwks.json; http only on this machine
          token.jwks-url           | file:///etc/passwd | an address as https://login.example.org/.well-known/jwks.json; http only on this machine
          token.jwks-url           | https:jwks | an address as https://login.example.org/.well-known/jwks.json; http only on this machine
          origins.allowed          | *        | a list of origins as browsers write them, as https://www.example.org,http://localhost:3000
          origins.allowed          | https://www.example.org/ | a list of origins as browsers write them, as https://www.example.org,http://localhost:3000
          publishing.clients       | allow    | ignore, relay or hook, or a list of PREFIX=POLICY, as room:=relay,group:staff=ignore,user:=ignore
          publishing.clients       | rom:=relay | ignore, relay or hook, or a list of PREFIX=POLICY, as room:=relay,group:staff=ignore,user:=ignore
          history.keep             | 100      | off or COUNT/TIME up to 1000/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off
          history.keep             | 0/1h     | off or COUNT/TIME up to 1000/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off
          history.keep             | 1001/1h  | off or COUNT/TIME up to 1000/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off
          history.keep             | 1/169h   | off or COUNT/TIME up to 1000/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off
          history.spool            | 10       | off or COUNT/SIZE/TIME up to 1000000/2GiB/120s, as 10000/16MiB/30s
          history.spool            | 0/1/1s   | off or COUNT/SIZE/TIME up to 1000000/2GiB/120s, as 10000/16MiB/30s
          history.spool            | 5/3GiB/1s | off or COUNT/SIZE/TIME up to 1000000/2GiB/120s, as 10000/16MiB/30s
          history.spool            | 5/1MiB/3m | off or COUNT/SIZE/TIME up to 1000000/2GiB/120s, as 10000/16MiB/30s
          history.adopt            | yes      | true or false, or a list of PREFIX=ADOPT, as room:chat-=true
          history.adopt            | rom:=true | true or false, or a list of PREFIX=ADOPT, as room:chat-=true
          inbox.keep               | 200      | off or COUNT/TIME up to 1000/168h
          inbox.keep               | room:=1/1h | off or COUNT/TIME up to 1000/168h
          history.keep             | rom:=off | off or COUNT/TIME up to 1000/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off
          redis.url                | http://h | redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT/DATABASE
          node.name                | a/b      | 1 to 64 of [A-Za-z0-9_.-]
          files.directory          | files    | an absolute path that is no file
          files.max-size           | 2GiB     | octets from 1024 to 1073741824, as 65536, 64KiB or 1MiB
          files.quota              | 1        | octets from 1024 to 1099511627776, as 64KiB, 1MiB or 10GiB
          files.types              | image    | media types as image/png, separated by commas
          files.uploads            | 0        | a whole number from 1 to 10000
          files.resume             | 1s       | a time from 180s to 168h, as 500ms, 25s, 2m or 1h
          files.keep               | forever  | a time from 0s to 87600h, as 500ms, 25s, 2m or 1h
          log.level                | loud     | one of error, warn, info, debug, trace
          log.format               | xml      | one of text, json
          """)
  void wrongValueStopsTheStartAndIsNamedWithWhatWasExpected(
      String name, String value, String expected) {
    Setting<?> setting = Objects.requireNonNull(Settings.named(name));
    flags.put(setting, value);
    assertEquals(
        List.of(
            name
                + ": \""
                + value
                + "\" from flag "
                + setting.flag()
                + " (expected: "
                + expected
                + ")"),
        problems());
  }

  @Test
  void directoryForFilesThatCannotBeWrittenStopsTheStart() throws IOException {
    Path inFile = Files.writeString(folder.resolve("file"), "").resolve("files");
    flags.put(Settings.FILES_DIRECTORY, inFile.toString());
    Configuration settings = loaded();
    assertEquals(
        "files.directory: " + inFile + " (expected: a directory that can be written)",
        assertThrows(IllegalArgumentException.class, () -> NodeFactory.fileStore(settings))
            .getMessage());
    flags.put(Settings.FILES_DIRECTORY, folder.resolve("new/files").toString());
    assertNotNull(NodeFactory.fileStore(loaded()));
    assertTrue(Files.isDirectory(folder.resolve("new/files")));
  }

  @Test
  void wrongSecretsAreNeverShown() {
    flags.put(Settings.PUBLISHING_MESSAGE_ID_KEY, "too-short-k3y");
    environment.put("GATEWAY_REDIS_URL", "redis//user:p4ssword@host");
    environment.put("REDIS_URL", "http://user:p4ssword@host");
    String all = String.join("\n", problems());
    assertTrue(all.contains("publishing.message-id-key: \"********\" from flag"), all);
    assertTrue(all.contains("redis.url: \"********\" from variable GATEWAY_REDIS_URL"), all);
    environment.remove("GATEWAY_REDIS_URL");
    all += String.join("\n", problems());
    assertTrue(all.contains("redis.url: \"http://********@host\" from variable REDIS_URL"), all);
    assertFalse(all.contains("k3y") || all.contains("p4ssword"), all);
  }

  @Test
  void secretsAreMaskedWhereSettingsAreShown() {
    environment.put("NEXTAUTH_SECRET", "s3cret");
    environment.put("REDIS_URL", "rediss://me:p4ss@w0rd@redis.example:6380/1");
    String shown = String.join("\n", loaded().entries().stream().map(e -> e.text()).toList());
    assertTrue(shown.contains("rediss://********@redis.example:6380/1"), shown);
    assertFalse(shown.contains("s3cret") || shown.contains("p4ss") || shown.contains("w0rd"));
  }

  @Test
  void unknownVariableStopsTheStartWithAHint() {
    environment.put("GATEWAY_REDIS_ULR", "redis://h");
    environment.put("GATEWAY_BANANA", "1");
    assertEquals(
        List.of(
            "GATEWAY_BANANA: no such setting, in the environment",
            "GATEWAY_REDIS_ULR: no such setting, in the environment; did you mean"
                + " GATEWAY_REDIS_URL?"),
        problems());
  }

  @Test
  void variablesOfTheScriptAndOfKubernetesAreNoSettings() {
    environment.put("GATEWAY_JAVA_OPTS", "-Xmx1g");
    environment.put("GATEWAY_JAVA_HOME", "/jdk");
    environment.put("GATEWAY_SERVICE_HOST", "10.0.0.1");
    environment.put("GATEWAY_SERVICE_PORT", "3000");
    environment.put("GATEWAY_SERVICE_PORT_HTTP", "3000");
    environment.put("GATEWAY_PORT", "tcp://10.0.0.1:3000");
    environment.put("GATEWAY_PORT_3000_TCP", "tcp://10.0.0.1:3000");
    environment.put("GATEWAY_PORT_3000_TCP_ADDR", "10.0.0.1");
    environment.put("GATEWAY_ADMIN_SERVICE_HOST", "10.0.0.2");
    environment.put("GATEWAY_ADMIN_PORT", "tcp://10.0.0.2:3001");
    environment.put("GATEWAY_ADMIN_PORT_3001_TCP", "tcp://10.0.0.2:3001");
    environment.put("GATEWAY_REDIS_PORT", "tcp://10.0.0.3:6379");
    assertPort(3000, "default");
  }

  @Test
  void portThatIsNoAddressOfKubernetesIsStillChecked() {
    environment.put("GATEWAY_ADMIN_PORT", "tcp://");
    assertProblem("admin.port: \"tcp://\" from variable GATEWAY_ADMIN_PORT");
  }

  @Test
  void fileMayBeNestedOrDottedAndHoldListsAndMaps() throws IOException {
    yaml(
        """
        # a comment
        listen:
          port: 4002
          event-loops: 3
        redis.url: redis://h:1
        token:
          secret: 0123456789
          previous-secrets: ["with, comma", no]
          algorithms: [HS512]
        publishing:
          clients:
            "room:": relay
            "group:staff": ignore
        history:
          keep:
            "room:": 7/2m
            "group:": off
          spool: 5/1MiB/2s
          adopt:
            "room:chat-": true
        limits: {message-bytes: 1MiB}
        log.level: debug
        drain:
          deadline: 10s
        """);
    Configuration settings = loaded();
    assertEquals(4002, settings.get(Settings.LISTEN_PORT));
    assertEquals(3, settings.find(Settings.LISTEN_EVENT_LOOPS));
    assertEquals("0123456789", settings.find(Settings.TOKEN_SECRET));
    assertEquals(List.of("with, comma", "no"), settings.find(Settings.TOKEN_PREVIOUS_SECRETS));
    assertEquals(Set.of(JwtAlgorithm.HS512), settings.get(Settings.TOKEN_ALGORITHMS));
    assertEquals(
        Policy.RELAY, settings.get(Settings.PUBLISHING_CLIENTS).policyOf(ChannelName.room("x")));
    assertEquals(
        Policy.IGNORE, settings.get(Settings.PUBLISHING_CLIENTS).policyOf(ChannelName.group("x")));
    assertEquals(
        new Retention(7, Duration.ofMinutes(2)),
        settings.get(Settings.HISTORY_KEEP).of(ChannelName.room("x")));
    assertFalse(settings.get(Settings.HISTORY_KEEP).keeps(ChannelName.group("x")));
    assertEquals(
        new SpoolPolicy(5, 1024 * 1024, Duration.ofSeconds(2)),
        settings.get(Settings.HISTORY_SPOOL));
    assertTrue(settings.get(Settings.HISTORY_ADOPT).adopts(ChannelName.room("chat-x")));
    assertFalse(settings.get(Settings.HISTORY_ADOPT).adopts(ChannelName.room("x")));
    assertEquals(1024 * 1024, settings.get(Settings.LIMITS_MESSAGE));
    assertEquals(Duration.ofSeconds(10), settings.get(Settings.DRAIN_DEADLINE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "---\n", "listen:\n", "listen: {}\n", "redis.url:\n"})
  void fileMaySayNothing(String text) throws IOException {
    yaml(text);
    if (text.equals("listen:\n")) {
      assertProblem("listen: no such setting");
    } else {
      assertPort(3000, "default");
    }
  }

  @Test
  void unknownNameInTheFileStopsTheStartWithAHint() throws IOException {
    Path yaml = yaml("listen: {prot: 1}\nredis: {url: redis://h}\nbanana: 2\n");
    assertEquals(
        List.of(
            "listen.prot: no such setting, in \"" + yaml + "\"; did you mean listen.port?",
            "banana: no such setting, in \"" + yaml + "\""),
        problems());
  }

  @Test
  void settingGivenTwiceInTheFileStopsTheStart() throws IOException {
    yaml("listen: {port: 1}\nlisten.port: 2\n");
    assertProblem("listen.port: twice in ");
    yaml("listen.port: 1\nlisten.port: 2\n");
    assertProblem("is no YAML: found duplicate key");
  }

  @Test
  void brokenFileStopsTheStartWithoutShowingIt() throws IOException {
    yaml("token:\n  secret: \"s3cret\n");
    assertProblem("is no YAML");
    assertFalse(problems().toString().contains("s3cret"));
    yaml("just words");
    assertProblem("is a single value");
    yaml("listen: {port: [{a: 1}]}");
    assertProblem("listen.port: nested too deeply");
    yaml("!!javax.script.ScriptEngineManager [x]");
    assertProblem("is no YAML");
    file = folder.resolve("missing.yaml");
    assertProblem("missing.yaml\" cannot be read");
  }

  @Test
  void signaturesByKeyPairsAndTheirKeysComeTogether() {
    String both = "(expected: those and token.jwks-url, or neither)";
    flags.put(Settings.TOKEN_ALGORITHMS, "HS256,RS256");
    assertEquals(List.of("token.algorithms: signatures by key pairs " + both), problems());
    flags.put(Settings.TOKEN_JWKS_URL, "https://login.example.org/jwks.json");
    assertEquals(
        Set.of(JwtAlgorithm.HS256, JwtAlgorithm.RS256), loaded().get(Settings.TOKEN_ALGORITHMS));
    flags.put(Settings.TOKEN_ALGORITHMS, "HS256");
    assertEquals(List.of("token.algorithms: none that key pairs sign with " + both), problems());
  }

  @Test
  void settingsThatContradictEachOtherStopTheStart() {
    flags.put(Settings.LIMITS_OUTBOUND_CLOSE, "1KiB");
    flags.put(Settings.ADMIN_PORT, "3000");
    assertEquals(
        List.of(
            "limits.outbound-close-bytes: 1024 (expected: at least limits.outbound-drop-bytes,"
                + " which is 65536)",
            "admin.port: 3000 (expected: another port than listen.port)"),
        problems());
  }

  @Test
  void allProblemsAreToldAtOnce() throws IOException {
    yaml("listen: {prot: 1}");
    environment.put("GATEWAY_LOG_LEVEL", "loud");
    flags.put(Settings.LISTEN_TRANSPORT, "pigeon");
    assertEquals(3, problems().size());
  }

  @Test
  void choicesAndSizesAreReadInEverySpelling() {
    flags.put(Settings.LISTEN_TRANSPORT, "IO_URING");
    flags.put(Settings.LIMITS_MESSAGE, "1000");
    flags.put(Settings.LIMITS_OUTBOUND_CLOSE, "2MiB");
    flags.put(Settings.TIMEOUTS_CLOSE, "1500ms");
    flags.put(Settings.PRESENCE_GRACE, "0s");
    Configuration settings = loaded();
    assertEquals(Transport.IO_URING, settings.get(Settings.LISTEN_TRANSPORT));
    assertEquals(1000, settings.get(Settings.LIMITS_MESSAGE));
    assertEquals(2 * 1024 * 1024, settings.get(Settings.LIMITS_OUTBOUND_CLOSE));
    assertEquals(Duration.ofMillis(1500), settings.get(Settings.TIMEOUTS_CLOSE));
    assertEquals(Duration.ZERO, settings.get(Settings.PRESENCE_GRACE));
  }

  private void assertPort(int port, String origin) {
    Configuration settings = loaded();
    assertEquals(port, settings.get(Settings.LISTEN_PORT));
    assertEquals(
        origin,
        settings.entries().stream()
            .filter(entry -> entry.setting().equals(Settings.LISTEN_PORT))
            .findFirst()
            .orElseThrow()
            .origin());
  }

  private void assertProblem(String part) {
    List<String> problems = problems();
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.get(0).contains(part), problems.toString());
  }

  private Configuration loaded() {
    Result result = ConfigLoader.load(mode, flags, environment, file);
    return assertInstanceOf(Result.Loaded.class, result, result.toString()).configuration();
  }

  private List<String> problems() {
    Result result = ConfigLoader.load(mode, flags, environment, file);
    return assertInstanceOf(Result.Failed.class, result).problems();
  }

  private Path yaml(String text) throws IOException {
    Path written = Files.writeString(folder.resolve("gateway.yaml"), text);
    file = written;
    return written;
  }
}
