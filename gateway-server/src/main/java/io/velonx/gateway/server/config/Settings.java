package io.velonx.gateway.server.config;

import static io.velonx.gateway.server.config.Setting.Visibility.OPEN;
import static io.velonx.gateway.server.config.Setting.Visibility.PASSWORD_IN_URL;
import static io.velonx.gateway.server.config.Setting.Visibility.SECRET;

import io.velonx.gateway.GatewayConfig.Transport;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.backend.AccessRules.ByPrefix;
import io.velonx.gateway.backend.GatewayEvent.Kind;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.history.AdoptionPolicy;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.TrustedProxies;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.server.api.ApiKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every setting there is; sources, help, checks and documentation follow this list. */
public final class Settings {
  private static final List<Setting<?>> LIST = new ArrayList<>();

  private static final Predicate<String> HOST =
      Pattern.compile("[A-Za-z0-9_.:%-]{1,255}").asMatchPredicate();
  private static final SettingType<String> ADDRESS =
      SettingType.text("HOST", "a host name or an IP address", HOST);
  private static final SettingType<Integer> PORT = SettingType.integer("PORT", 0, 65_535);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);

  // A literal default repeats one of GatewayConfig, because people read it in --help; a test
  // compares the two.

  public static final Setting<String> LISTEN_HOST =
      add("listen.host", ADDRESS, null, OPEN, "Address to listen on; all interfaces when not set.");
  public static final Setting<Integer> LISTEN_PORT =
      add("listen.port", PORT, "3000", OPEN, "Public port; 0 lets the system choose.");
  public static final Setting<String> LISTEN_PATH =
      add(
          "listen.path",
          SettingType.text(
              "PATH",
              "a path as /api/community/ws",
              Pattern.compile("(/[A-Za-z0-9._~-]+)+").asMatchPredicate()),
          "/api/community/ws",
          OPEN,
          "Path of the WebSocket upgrade; PATH/health answers the health check.");
  public static final Setting<Transport> LISTEN_TRANSPORT =
      add(
          "listen.transport",
          SettingType.choice(Transport.class),
          "auto",
          OPEN,
          "What moves octets; auto takes epoll where it is available.");
  public static final Setting<Integer> LISTEN_EVENT_LOOPS =
      add(
          "listen.event-loops",
          SettingType.integer("N", 1, 63),
          null,
          OPEN,
          "Threads that own connections; one per processor when not set.");

  public static final Setting<TrustedProxies> LISTEN_TRUSTED_PROXIES =
      add(
          "listen.trusted-proxies",
          SettingType.networks(),
          "127.0.0.0/8,::1",
          OPEN,
          "Peers that are believed who their client is; none for nobody.");
  public static final Setting<Boolean> LISTEN_PROXY_PROTOCOL =
      add(
          "listen.proxy-protocol",
          SettingType.bool(),
          "false",
          OPEN,
          "Whether trusted proxies must begin with a header of the PROXY protocol.");
  public static final Setting<String> LISTEN_CLIENT_ADDRESS_HEADER =
      add(
          "listen.client-address-header",
          SettingType.text(
              "NAME",
              "the name of a header, as X-Forwarded-For or Forwarded",
              Pattern.compile("[A-Za-z0-9-]{1,64}").asMatchPredicate()),
          "X-Forwarded-For",
          OPEN,
          "Where trusted proxies write the address of the client.");

  public static final Setting<String> ADMIN_HOST =
      add("admin.host", ADDRESS, "127.0.0.1", OPEN, "Address of the admin port.");
  public static final Setting<Integer> ADMIN_PORT =
      add("admin.port", PORT, "3001", OPEN, "Port for statistics and publishing over HTTP.");
  public static final Setting<Boolean> ADMIN_PAGE =
      add(
          "admin.page",
          SettingType.bool(),
          "false",
          OPEN,
          "Whether the admin page is served at /admin of the admin port.");

  public static final Setting<RedisConfig> REDIS_URL =
      add(
          "redis.url",
          SettingType.redisUrl(),
          null,
          PASSWORD_IN_URL,
          "Redis that connects the nodes; a single node without it.");
  public static final Setting<Boolean> REDIS_TLS_VERIFY =
      add(
          "redis.tls-verify",
          SettingType.bool(),
          "true",
          OPEN,
          "Whether certificates of Redis are verified.");
  public static final Setting<String> NODE_NAME =
      add(
          "node.name",
          SettingType.text(
              "NAME",
              "1 to 64 of [A-Za-z0-9_.-]",
              Pattern.compile("[A-Za-z0-9_.-]{1,64}").asMatchPredicate()),
          null,
          OPEN,
          "Name of this node for people; the host's name when not set.");

  public static final Setting<String> TOKEN_SECRET =
      add(
          "token.secret",
          SettingType.text("SECRET", "at least one character", text -> !text.isEmpty()),
          null,
          SECRET,
          "Secret that tokens are signed with; without it every token is refused.");
  public static final Setting<List<String>> TOKEN_PREVIOUS_SECRETS =
      add(
          "token.previous-secrets",
          SettingType.texts("LIST", "secrets separated by commas, or a list in the file"),
          null,
          SECRET,
          "Secrets that are still accepted while they are replaced.");
  public static final Setting<Set<JwtAlgorithm>> TOKEN_ALGORITHMS =
      add(
          "token.algorithms",
          SettingType.algorithms(),
          "HS256,HS384,HS512",
          OPEN,
          "Signatures that are accepted.");
  public static final Setting<String> TOKEN_ISSUER =
      add("token.issuer", anyText(), null, OPEN, "What iss of a token must be.");
  public static final Setting<String> TOKEN_AUDIENCE =
      add("token.audience", anyText(), null, OPEN, "What must be in aud of a token.");

  public static final Setting<URI> TOKEN_JWKS_URL =
      add(
          "token.jwks-url",
          SettingType.keyAddress(),
          null,
          OPEN,
          "Keys for tokens signed by RS…, PS…, ES… or EdDSA, as a JWK set.");
  public static final Setting<Duration> TOKEN_EXPIRY_NOTICE =
      add(
          "token.expiry-notice",
          SettingType.duration(MILLI, HOUR),
          "60s",
          OPEN,
          "How long before its end a client is told that its token ends.");
  public static final Setting<Duration> TOKEN_REVOCATIONS_KEPT =
      add(
          "token.revocations-kept",
          SettingType.duration(MILLI, Duration.ofDays(365)),
          "720h",
          OPEN,
          "How long revocations are kept; no token should live longer.");
  public static final Setting<Origins> ORIGINS_ALLOWED =
      add(
          "origins.allowed",
          SettingType.origins(),
          null,
          OPEN,
          "Web pages that may connect; with a list, session cookies are accepted.");

  public static final Setting<Integer> LIMITS_MESSAGE =
      add(
          "limits.message-bytes",
          SettingType.size(125, 64 * 1024 * 1024),
          "64KiB",
          OPEN,
          "Largest message, after reassembly and inflation.");
  public static final Setting<Integer> LIMITS_FRAGMENTS =
      add(
          "limits.fragments",
          SettingType.integer("N", 1, 1_000_000),
          "1024",
          OPEN,
          "Most frames one message may come in.");
  public static final Setting<Integer> LIMITS_SUBSCRIPTIONS =
      add(
          "limits.subscriptions",
          SettingType.integer("N", 1, 1_000_000),
          "1000",
          OPEN,
          "Most channels of one connection.");
  public static final Setting<Rate> LIMITS_COMMANDS =
      add(
          "limits.commands",
          SettingType.rate(),
          "50/100",
          OPEN,
          "Commands of one connection, a second and at once; a flood ends with 4029.");
  public static final Setting<Integer> LIMITS_CONNECTIONS_PER_USER =
      add(
          "limits.connections-per-user",
          SettingType.integer("N", 0, 10_000),
          "20",
          OPEN,
          "Most connections of one user on all nodes together; 0 for no limit.");
  public static final Setting<WhenFull> LIMITS_USER_FULL =
      add(
          "limits.user-full",
          SettingType.choice(WhenFull.class),
          "reject",
          OPEN,
          "Who goes when a user has too many: the newcomer (429) or the oldest (4005).");
  public static final Setting<Integer> LIMITS_CONNECTIONS_PER_ADDRESS =
      add(
          "limits.connections-per-address",
          SettingType.integer("N", 0, Integer.MAX_VALUE / 2),
          "200",
          OPEN,
          "Most sockets of one client address on this node; 0 for no limit.");
  public static final Setting<Rate> LIMITS_FAILED_HANDSHAKES =
      add(
          "limits.failed-handshakes",
          SettingType.rate(),
          "10/100",
          OPEN,
          "Bad tokens of one client address, a second and at once; then 429.");
  public static final Setting<Integer> LIMITS_CONNECTIONS_PER_NODE =
      add(
          "limits.connections-per-node",
          SettingType.integer("N", 0, Integer.MAX_VALUE / 2),
          null,
          OPEN,
          "Most sockets of this node, 0 for no limit; by its descriptors when not set.");
  public static final Setting<Rate> LIMITS_ACCEPTS =
      add(
          "limits.accepts-per-second",
          SettingType.rate(),
          "5000/20000",
          OPEN,
          "Upgrades of this node, a second and at once; then 503.");
  public static final Setting<Rate> LIMITS_PUBLISHING =
      add(
          "limits.publishing",
          SettingType.rate(),
          "10/20",
          OPEN,
          "Chat messages, edits and deletions of one user on all nodes, a second and at once.");
  public static final Setting<Integer> LIMITS_HEAP =
      add(
          "limits.heap-percent",
          SettingType.integer("N", 0, 100),
          "90",
          OPEN,
          "With more of the heap in use after a collection newcomers get 503; 0 for no limit.");
  public static final Setting<Duration> LIMITS_LAG =
      add(
          "limits.event-loop-lag",
          SettingType.duration(Duration.ZERO, HOUR),
          "1s",
          OPEN,
          "With event loops further behind newcomers get 503; 0s for no limit.");
  public static final Setting<Integer> LIMITS_OUTBOUND_DROP =
      add(
          "limits.outbound-drop-bytes",
          SettingType.size(1, Integer.MAX_VALUE),
          "64KiB",
          OPEN,
          "With more waiting for a reader, typing and presence are left out.");
  public static final Setting<Integer> LIMITS_OUTBOUND_CLOSE =
      add(
          "limits.outbound-close-bytes",
          SettingType.size(1, Integer.MAX_VALUE),
          "1MiB",
          OPEN,
          "With more waiting for a reader, the connection is closed with 4101.");
  public static final Setting<Integer> LIMITS_OUTBOUND_NODE =
      add(
          "limits.outbound-node-bytes",
          SettingType.size(1, Integer.MAX_VALUE),
          null,
          OPEN,
          "With more waiting for all readers, the worst get 4101; as direct memory when not set.");
  public static final Setting<Integer> LIMITS_FANOUT_QUEUE =
      add(
          "limits.fanout-queue-bytes",
          SettingType.size(1024, Integer.MAX_VALUE),
          "64MiB",
          OPEN,
          "Publications that may wait for one event loop.");

  public static final Setting<Duration> TIMEOUTS_HANDSHAKE =
      add(
          "timeouts.handshake",
          SettingType.duration(MILLI, HOUR),
          "10s",
          OPEN,
          "From accepting a socket to its 101.");
  public static final Setting<Duration> TIMEOUTS_HEARTBEAT =
      add(
          "timeouts.heartbeat",
          SettingType.duration(MILLI, HOUR),
          "25s",
          OPEN,
          "Silence after which a peer is pinged; after twice that it is closed.");
  public static final Setting<Duration> TIMEOUTS_CLOSE =
      add(
          "timeouts.close",
          SettingType.duration(MILLI, HOUR),
          "5s",
          OPEN,
          "How long a peer may take to answer a Close.");

  public static final Setting<Duration> TIMEOUTS_STALL =
      add(
          "timeouts.stall",
          SettingType.duration(MILLI, HOUR),
          "30s",
          OPEN,
          "A reader that takes nothing for so long is closed with 4101.");

  public static final Setting<Boolean> WEBSOCKET_COMPRESSION =
      add(
          "websocket.compression",
          SettingType.bool(),
          "false",
          OPEN,
          "Whether permessage-deflate is negotiated.");

  public static final Setting<Duration> PRESENCE_GRACE =
      add(
          "presence.grace",
          SettingType.duration(Duration.ZERO, HOUR),
          "5s",
          OPEN,
          "How long a user stays online after losing his last connection.");
  public static final Setting<Integer> PRESENCE_ANNOUNCE_LIMIT =
      add(
          "presence.announce-limit",
          SettingType.integer("N", 0, Integer.MAX_VALUE),
          "500",
          OPEN,
          "With more users online in a channel, single joins are not announced.");

  public static final Setting<ClientPublishing> PUBLISHING_CLIENTS =
      add(
          "publishing.clients",
          SettingType.clientPublishing(),
          "ignore",
          OPEN,
          "What becomes of chat messages sent by clients, by channel prefix.");
  public static final Setting<HistoryPolicy> HISTORY_KEEP =
      add(
          "history.keep",
          SettingType.history(),
          "100/1h",
          OPEN,
          "How many publications a channel keeps and for how long, by channel prefix.");

  public static final Setting<SpoolPolicy> HISTORY_SPOOL =
      add(
          "history.spool",
          SettingType.spool(),
          "10000/16MiB/30s",
          OPEN,
          "How many publications wait for a Redis that is away, how large and for how long.");
  public static final Setting<AdoptionPolicy> HISTORY_ADOPT =
      add(
          "history.adopt",
          SettingType.adoption(),
          "false",
          OPEN,
          "Whether what back ends PUBLISH in Redis is kept too, by channel prefix.");
  public static final Setting<Retention> INBOX_KEEP =
      add(
          "inbox.keep",
          SettingType.keep(),
          "200/168h",
          OPEN,
          "How many messages wait for a user to acknowledge them, and for how long.");

  public static final Setting<String> PUBLISHING_MESSAGE_ID_KEY =
      add(
          "publishing.message-id-key",
          SettingType.text("SECRET", "at least 16 characters", text -> text.length() >= 16),
          null,
          SECRET,
          "Signs ids of relayed messages; made from the token secret when not set.");

  public static final Setting<Boolean> READY_WHEN_DEGRADED =
      add(
          "ready.when-degraded",
          SettingType.bool(),
          "true",
          OPEN,
          "Whether /ready stays true without Redis, which all nodes may have lost at once.");

  public static final Setting<ByPrefix> AUTHORIZATION_SUBSCRIBE =
      add(
          "authorization.subscribe",
          SettingType.rules(),
          "open",
          OPEN,
          "Who may subscribe, by channel prefix.");
  public static final Setting<ByPrefix> AUTHORIZATION_PUBLISH =
      add(
          "authorization.publish",
          SettingType.rules(),
          "open",
          OPEN,
          "Which subscribers may publish where clients publish at all, by channel prefix.");
  public static final Setting<ByPrefix> AUTHORIZATION_HISTORY =
      add(
          "authorization.history",
          SettingType.rules(),
          "open",
          OPEN,
          "Which subscribers may read what was published before they came, by channel prefix.");
  public static final Setting<ByPrefix> AUTHORIZATION_PRESENCE =
      add(
          "authorization.presence",
          SettingType.rules(),
          "open",
          OPEN,
          "Who may see who is online, by channel prefix.");
  public static final Setting<String> AUTHORIZATION_CLAIM =
      add(
          "authorization.claim",
          anyText(),
          "channels",
          OPEN,
          "The claim of a token that says what it is good for where the rule is claims.");

  public static final Setting<List<ApiKey>> API_KEYS =
      add(
          "api.keys",
          SettingType.apiKeys(),
          null,
          SECRET,
          "Keys of back ends for the admin port; without any it asks for none.");
  public static final Setting<String> API_HOST =
      add("api.host", ADDRESS, "127.0.0.1", OPEN, "Address of the port for back ends.");
  public static final Setting<Integer> API_PORT =
      add(
          "api.port",
          PORT,
          null,
          OPEN,
          "Another port with the interface of the admin port, on the node's own event loop.");
  public static final Setting<String> API_KEY =
      add(
          "api.key",
          anyText(),
          null,
          SECRET,
          "The key that commands like stats and drain show to a running node.");
  public static final Setting<Rate> API_RATE =
      add(
          "api.rate",
          SettingType.rate(),
          "10000/20000",
          OPEN,
          "Requests with one API key, a second and at once; then 429.");

  public static final Setting<URI> HOOKS_URL =
      add(
          "hooks.url",
          SettingType.httpUrl(),
          null,
          OPEN,
          "Where the back end is asked and told; needed where a rule or policy is hook.");
  public static final Setting<String> HOOKS_SECRET =
      add(
          "hooks.secret",
          SettingType.text("SECRET", "at least 16 characters", text -> text.length() >= 16),
          null,
          SECRET,
          "Signs what is sent there; goes with hooks.url.");
  public static final Setting<Duration> HOOKS_TIMEOUT =
      add(
          "hooks.timeout",
          SettingType.duration(MILLI, HOUR),
          "3s",
          OPEN,
          "Until then the back end must have answered, all attempts together.");
  public static final Setting<Duration> HOOKS_CACHE =
      add(
          "hooks.cache",
          SettingType.duration(Duration.ZERO, HOUR),
          "60s",
          OPEN,
          "How long its answers about permission hold, unless revoked.");
  public static final Setting<Set<Kind>> HOOKS_EVENTS =
      add(
          "hooks.events",
          SettingType.events(),
          "none",
          OPEN,
          "What the back end is told: a list of events, all or none.");

  public static final Setting<Path> FILES_DIRECTORY =
      add(
          "files.directory",
          SettingType.directory(),
          null,
          OPEN,
          "Where uploaded files are kept, shared by all nodes; no uploads when not set.");
  public static final Setting<Integer> FILES_MAX_SIZE =
      add(
          "files.max-size",
          SettingType.size(1024, 1024 * 1024 * 1024),
          "25MiB",
          OPEN,
          "Largest file.");
  public static final Setting<Set<String>> FILES_TYPES =
      add(
          "files.types",
          SettingType.mediaTypes(),
          "image/png,image/jpeg,image/gif,image/webp,application/pdf,application/zip,text/plain",
          OPEN,
          "Content types that may be uploaded.");
  public static final Setting<Long> FILES_QUOTA =
      add(
          "files.quota",
          SettingType.bigSize(1024, 1L << 40),
          "250MiB",
          OPEN,
          "What the files of one user may take.");
  public static final Setting<Long> FILES_TOTAL =
      add(
          "files.total",
          SettingType.bigSize(1024, 1L << 50),
          "10GiB",
          OPEN,
          "What the files of all users together may take.");
  public static final Setting<Integer> FILES_UPLOADS =
      add(
          "files.uploads",
          SettingType.integer("COUNT", 1, 10_000),
          "64",
          OPEN,
          "Uploads at once, on one node.");
  public static final Setting<Duration> FILES_RESUME =
      add(
          "files.resume",
          SettingType.duration(Duration.ofMinutes(3), Duration.ofDays(7)),
          "15m",
          OPEN,
          "How long an upload that broke off waits to be resumed before it is deleted.");
  public static final Setting<Duration> FILES_KEEP =
      add(
          "files.keep",
          SettingType.duration(Duration.ZERO, Duration.ofDays(3650)),
          "0s",
          OPEN,
          "How long files are kept; 0s until they are deleted by the back end.");

  public static final Setting<Boolean> DEMO_ENABLED =
      add(
          "demo.enabled",
          SettingType.bool(),
          "false",
          OPEN,
          "Whether the demo page is served at /demo.");

  public static final Setting<Duration> DRAIN_DEADLINE =
      add(
          "drain.deadline",
          SettingType.duration(Duration.ofMillis(100), HOUR),
          "25s",
          OPEN,
          "The process has ended this long after SIGTERM.");

  public static final Setting<Integer> DRAIN_RATE =
      add(
          "drain.rate",
          SettingType.integer("COUNT", 1, 1_000_000),
          "2000",
          OPEN,
          "Clients sent away in a second; more when the deadline asks for it.");

  public static final Setting<LogLevel> LOG_LEVEL =
      add("log.level", SettingType.choice(LogLevel.class), "info", OPEN, "Least level logged.");
  public static final Setting<LogFormat> LOG_FORMAT =
      add(
          "log.format",
          SettingType.choice(LogFormat.class),
          "text",
          OPEN,
          "Lines for people, or one JSON object per line.");

  /** In the order they are shown. */
  public static final List<Setting<?>> ALL = Collections.unmodifiableList(LIST);

  private Settings() {}

  /** The setting of that name, or null. */
  static @Nullable Setting<?> named(String name) {
    return ALL.stream().filter(setting -> setting.name().equals(name)).findFirst().orElse(null);
  }

  private static SettingType<String> anyText() {
    return SettingType.text("TEXT", "at least one character", text -> !text.isEmpty());
  }

  private static <T> Setting<T> add(
      String name,
      SettingType<T> type,
      @Nullable String defaultText,
      Setting.Visibility visibility,
      String description) {
    Setting<T> setting = new Setting<>(name, type, defaultText, visibility, description);
    LIST.add(setting);
    return setting;
  }

  /** What is worth a line in the log. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** How a line of the log looks. */
  public enum LogFormat {
    TEXT,
    JSON
  }
}
