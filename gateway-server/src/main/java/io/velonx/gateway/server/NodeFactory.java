package io.velonx.gateway.server;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.GatewayConfig;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JweSessionVerifier;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.KeySource;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.auth.RemoteKeySet;
import io.velonx.gateway.auth.SessionVerifier;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.backend.AccessRules;
import io.velonx.gateway.backend.AccessRules.ByPrefix;
import io.velonx.gateway.backend.AccessRules.Rule;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.files.DirectoryFileStore;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.server.api.ApiKey;
import io.velonx.gateway.server.api.ApiKeys;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import io.velonx.gateway.server.hooks.HookConfig;
import io.velonx.gateway.server.hooks.Hooks;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/** Makes the parts of a node as the configuration wants them. */
public final class NodeFactory {
  private NodeFactory() {}

  static GatewayConfig gatewayConfig(Configuration settings, @Nullable Hooks hooks) {
    GatewayConfig.Builder builder =
        GatewayConfig.builder()
            .host(settings.find(Settings.LISTEN_HOST))
            .port(settings.get(Settings.LISTEN_PORT))
            .path(settings.get(Settings.LISTEN_PATH))
            .transport(settings.get(Settings.LISTEN_TRANSPORT))
            .maxMessageBytes(settings.get(Settings.LIMITS_MESSAGE))
            .maxFragments(settings.get(Settings.LIMITS_FRAGMENTS))
            .maxSubscriptions(settings.get(Settings.LIMITS_SUBSCRIPTIONS))
            .handshakeTimeout(settings.get(Settings.TIMEOUTS_HANDSHAKE))
            .heartbeatInterval(settings.get(Settings.TIMEOUTS_HEARTBEAT))
            .closeTimeout(settings.get(Settings.TIMEOUTS_CLOSE))
            .stallTimeout(settings.get(Settings.TIMEOUTS_STALL))
            .slowConsumerPolicy(
                new SlowConsumerPolicy(
                    settings.get(Settings.LIMITS_OUTBOUND_DROP),
                    settings.get(Settings.LIMITS_OUTBOUND_CLOSE)))
            .compression(settings.get(Settings.WEBSOCKET_COMPRESSION))
            .presenceGrace(settings.get(Settings.PRESENCE_GRACE))
            .presenceAnnounceLimit(settings.get(Settings.PRESENCE_ANNOUNCE_LIMIT))
            .clientPublishing(settings.get(Settings.PUBLISHING_CLIENTS))
            .history(settings.get(Settings.HISTORY_KEEP))
            .spool(settings.get(Settings.HISTORY_SPOOL))
            .adoption(settings.get(Settings.HISTORY_ADOPT))
            .readyWhenDegraded(settings.get(Settings.READY_WHEN_DEGRADED))
            .inbox(settings.get(Settings.INBOX_KEEP))
            .drainRate(settings.get(Settings.DRAIN_RATE))
            .fanoutQueueBytes(settings.get(Settings.LIMITS_FANOUT_QUEUE))
            .tokenExpiryNotice(settings.get(Settings.TOKEN_EXPIRY_NOTICE))
            .revocationsKept(settings.get(Settings.TOKEN_REVOCATIONS_KEPT))
            .limits(limits -> limits(settings, limits))
            .authorizer(
                new AccessRules(
                    rules(settings), hooks == null ? ChannelAuthorizer.OPEN : hooks.authorizer()));
    if (hooks != null) {
      builder.publishHook(hooks.publishHook()).events(hooks.events());
    }
    builder.files(fileStore(settings));
    Integer outboundBytes = settings.find(Settings.LIMITS_OUTBOUND_NODE);
    if (outboundBytes != null) {
      builder.maxOutboundBytes(outboundBytes);
    }
    Integer eventLoops = settings.find(Settings.LISTEN_EVENT_LOOPS);
    if (eventLoops != null) {
      builder.eventLoops(eventLoops);
    }
    byte[] messageIdKey = messageIdKey(settings);
    if (messageIdKey != null) {
      builder.messageIdKey(messageIdKey);
    }
    return builder.build();
  }

  /**
   * Where uploads go, or null where there are none. Fails: {@link IllegalArgumentException} when
   * that is no directory that can be written.
   */
  public static @Nullable FileStore fileStore(Configuration settings) {
    Path directory = settings.find(Settings.FILES_DIRECTORY);
    if (directory == null) {
      return null;
    }
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "writable", null));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Settings.FILES_DIRECTORY.name()
              + ": "
              + directory
              + " (expected: a directory that can be written)",
          e);
    }
    return new DirectoryFileStore(directory, fileLimits(settings), Clock.systemUTC());
  }

  /** What may be uploaded. */
  public static FileLimits fileLimits(Configuration settings) {
    return new FileLimits(
        settings.get(Settings.FILES_MAX_SIZE),
        settings.get(Settings.FILES_TYPES),
        settings.get(Settings.FILES_QUOTA),
        settings.get(Settings.FILES_TOTAL),
        settings.get(Settings.FILES_UPLOADS),
        settings.get(Settings.FILES_RESUME),
        settings.get(Settings.FILES_KEEP));
  }

  private static LimitConfig.Builder limits(Configuration settings, LimitConfig.Builder limits) {
    Integer connectionsPerNode = settings.find(Settings.LIMITS_CONNECTIONS_PER_NODE);
    if (connectionsPerNode != null) {
      limits.connectionsPerNode(connectionsPerNode);
    }
    return limits
        .commands(settings.get(Settings.LIMITS_COMMANDS))
        .connectionsPerUser(
            settings.get(Settings.LIMITS_CONNECTIONS_PER_USER),
            settings.get(Settings.LIMITS_USER_FULL))
        .connectionsPerAddress(settings.get(Settings.LIMITS_CONNECTIONS_PER_ADDRESS))
        .failedHandshakes(settings.get(Settings.LIMITS_FAILED_HANDSHAKES))
        .publishing(settings.get(Settings.LIMITS_PUBLISHING))
        .maxHeapPercent(settings.get(Settings.LIMITS_HEAP))
        .maxEventLoopLag(settings.get(Settings.LIMITS_LAG))
        .accepts(settings.get(Settings.LIMITS_ACCEPTS))
        .trustedProxies(settings.get(Settings.LISTEN_TRUSTED_PROXIES))
        .proxyProtocol(settings.get(Settings.LISTEN_PROXY_PROTOCOL))
        .clientAddressHeader(settings.get(Settings.LISTEN_CLIENT_ADDRESS_HEADER));
  }

  /**
   * What decides about tokens: the configured secrets and keys, or nobody gets in.
   *
   * @param keys the public halves of key pairs
   */
  public static TokenVerifier tokenVerifier(Configuration settings, KeySource keys, Clock clock) {
    JwtPolicy policy = jwtPolicy(settings);
    return policy == null
        ? TokenVerifier.REFUSE_ALL
        : new JwtTokenVerifier(policy, keys, channelsClaim(settings), clock);
  }

  /** Kept of a token only where somebody looks at it: every connection would hold it. */
  private static @Nullable String channelsClaim(Configuration settings) {
    return rules(settings).values().stream().anyMatch(rules -> rules.uses(Rule.CLAIMS))
        ? settings.get(Settings.AUTHORIZATION_CLAIM)
        : null;
  }

  /** Who decides what, as it is set. */
  static Map<ChannelAction, ByPrefix> rules(Configuration settings) {
    return Map.of(
        ChannelAction.SUBSCRIBE, settings.get(Settings.AUTHORIZATION_SUBSCRIBE),
        ChannelAction.PUBLISH, settings.get(Settings.AUTHORIZATION_PUBLISH),
        ChannelAction.HISTORY, settings.get(Settings.AUTHORIZATION_HISTORY),
        ChannelAction.PRESENCE, settings.get(Settings.AUTHORIZATION_PRESENCE));
  }

  /**
   * The back end's hooks, or null where nobody asks it anything. Fails: {@link
   * IllegalArgumentException} when it is to be asked and nobody knows where.
   */
  static @Nullable Hooks hooks(
      Configuration settings, String nodeName, Clock clock, MetricRegistry registry) {
    URI url = settings.find(Settings.HOOKS_URL);
    String secret = settings.find(Settings.HOOKS_SECRET);
    if (url != null && secret != null) {
      return new Hooks(
          new HookConfig(
              url,
              secret,
              settings.get(Settings.HOOKS_TIMEOUT),
              settings.get(Settings.HOOKS_CACHE),
              settings.get(Settings.HOOKS_EVENTS)),
          nodeName,
          clock,
          registry);
    }
    boolean needed =
        url != null
            || rules(settings).values().stream().anyMatch(rules -> rules.uses(Rule.HOOK))
            || settings.get(Settings.PUBLISHING_CLIENTS).uses(ClientPublishing.Policy.HOOK)
            || !settings.get(Settings.HOOKS_EVENTS).isEmpty();
    if (needed) {
      throw new IllegalArgumentException(
          "hooks.url, hooks.secret: not set (expected: both, because the back end is to be asked)");
    }
    return null;
  }

  static ApiKeys apiKeys(Configuration settings) {
    List<ApiKey> keys = settings.find(Settings.API_KEYS);
    return new ApiKeys(keys == null ? List.of() : keys, settings.get(Settings.API_RATE));
  }

  /** The keys that tokens may be signed with beside the secrets, or null when there are none. */
  public static @Nullable RemoteKeySet keys(Configuration settings, MetricRegistry registry) {
    URI address = settings.find(Settings.TOKEN_JWKS_URL);
    return address == null
        ? null
        : new RemoteKeySet(address, registry.counter(MetricNames.JWKS_FAILURES));
  }

  /**
   * What decides about session cookies, or null when they are not looked at.
   *
   * @param origins the web pages that may log in
   */
  public static @Nullable SessionVerifier sessionVerifier(
      Configuration settings, Origins origins, Clock clock) {
    List<HmacSecret> secrets = secrets(settings);
    return origins.isListed() && !secrets.isEmpty()
        ? new JweSessionVerifier(secrets, channelsClaim(settings), clock)
        : null;
  }

  /** Which tokens are good, or null without a secret and without keys. */
  public static @Nullable JwtPolicy jwtPolicy(Configuration settings) {
    List<HmacSecret> secrets = secrets(settings);
    return secrets.isEmpty() && settings.find(Settings.TOKEN_JWKS_URL) == null
        ? null
        : new JwtPolicy(
            secrets,
            settings.get(Settings.TOKEN_ALGORITHMS),
            settings.find(Settings.TOKEN_ISSUER),
            settings.find(Settings.TOKEN_AUDIENCE));
  }

  /** The secret and those before it. */
  public static List<HmacSecret> secrets(Configuration settings) {
    List<HmacSecret> secrets = new ArrayList<>();
    String current = settings.find(Settings.TOKEN_SECRET);
    if (current != null) {
      secrets.add(new HmacSecret(current));
    }
    List<String> previous = settings.find(Settings.TOKEN_PREVIOUS_SECRETS);
    if (previous != null) {
      previous.forEach(secret -> secrets.add(new HmacSecret(secret)));
    }
    return secrets;
  }

  static Backplane backplane(Configuration settings, String nodeName) {
    RedisConfig redis = redis(settings);
    return redis == null
        ? new LocalBackplane()
        : new RedissonBackplane(
            redis, BackplaneTimings.DEFAULT, NodeId.create(nodeName, new SecureRandom()));
  }

  /** Where Redis is, or null when the node is alone. */
  public static @Nullable RedisConfig redis(Configuration settings) {
    RedisConfig redis = settings.find(Settings.REDIS_URL);
    return redis == null
        ? null
        : redis.withVerifyCertificates(settings.get(Settings.REDIS_TLS_VERIFY));
  }

  /**
   * Ids of messages must mean the same on every node, and nodes share the token secret; what is
   * derived from it gives nothing of it away.
   */
  private static byte @Nullable [] messageIdKey(Configuration settings) {
    String key = settings.find(Settings.PUBLISHING_MESSAGE_ID_KEY);
    if (key != null) {
      return key.getBytes(StandardCharsets.UTF_8);
    }
    String secret = settings.find(Settings.TOKEN_SECRET);
    if (secret == null) {
      return null;
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new HmacSecret(secret).key());
      return mac.doFinal("message id key".getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JVM has HmacSHA256", e);
    }
  }
}
