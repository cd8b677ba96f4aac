package io.velonx.gateway.server;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jvm.GarbageCollectorMetricSet;
import com.codahale.metrics.jvm.MemoryUsageGaugeSet;
import io.velonx.gateway.Gateway;
import io.velonx.gateway.GatewayConfig;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.KeySource;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.auth.RemoteKeySet;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.backend.AccessRules.Rule;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.server.api.AdminServer;
import io.velonx.gateway.server.api.BackEndApi;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import io.velonx.gateway.server.hooks.Hooks;
import io.velonx.gateway.server.http.DemoTokens;
import io.velonx.gateway.server.http.PublicRoutes;
import io.velonx.gateway.server.http.StaticPages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node with everything around it: public port, admin port, and its end.
 *
 * <p>Threading: one thread starts it and waits for its end; any thread may stop it.
 */
public final class GatewayProcess {
  private static final Logger log = LoggerFactory.getLogger(GatewayProcess.class);

  /** Kept back from the drain deadline: the admin port and the JVM have to end as well. */
  private static final Duration RESERVE = Duration.ofMillis(500);

  /** Room for a batch: a thousand messages of a thousand characters. */
  private static final int MAX_BODY_BYTES = 1024 * 1024;

  private final Configuration settings;
  private final Gateway gateway;

  /** The admin port, and behind it the one for back ends if there is one. */
  private final List<AdminServer> servers;

  private final @Nullable Hooks hooks;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private GatewayProcess(
      Configuration settings, Gateway gateway, List<AdminServer> servers, @Nullable Hooks hooks) {
    this.settings = settings;
    this.gateway = gateway;
    this.servers = servers;
    this.hooks = hooks;
  }

  /**
   * Starts a node.
   *
   * <p>Fails: {@link IOException} when a port cannot be bound; nothing is left running then.
   *
   * @param demoTokens whether whoever asks the public port gets a token; only ever on a loopback
   *     address
   */
  public static GatewayProcess start(Configuration settings, boolean demoTokens)
      throws IOException {
    Clock clock = Clock.systemUTC();
    String nodeName = nodeName(settings);
    MetricRegistry registry = new MetricRegistry();
    Hooks hooks = NodeFactory.hooks(settings, nodeName, clock, registry);
    GatewayConfig config = NodeFactory.gatewayConfig(settings, hooks);
    registry.registerAll("jvm.gc", new GarbageCollectorMetricSet());
    registry.registerAll("jvm.memory", new MemoryUsageGaugeSet());
    TokenMint mint = mint(settings, clock);
    boolean local = demoTokens && isLoopback(config.host());
    PublicRoutes routes =
        new PublicRoutes(
            config.path(),
            pages(settings),
            mint != null && local ? new DemoTokens(mint) : null,
            clock);
    RemoteKeySet keys = NodeFactory.keys(settings, registry);
    if (keys != null) {
      // Whoever comes first would be refused without them; bounded by its own timeout.
      keys.fetch().toCompletableFuture().join();
    }
    TokenVerifier verifier =
        NodeFactory.tokenVerifier(settings, keys == null ? KeySource.NONE : keys, clock);
    Origins origins =
        Objects.requireNonNullElse(
            settings.find(Settings.ORIGINS_ALLOWED), local ? Origins.LOOPBACK : Origins.ANY);
    LoginPolicy login =
        new LoginPolicy(verifier, NodeFactory.sessionVerifier(settings, origins, clock), origins);
    if (mint != null && !demoTokens) {
      WarmUp.run(verifier, mint);
    }
    Gateway gateway =
        new Gateway(config, login, NodeFactory.backplane(settings, nodeName), registry, routes);
    GatewayView view = new GatewayView(nodeName, settings, gateway);
    routes.serve(view);
    warn(settings);
    if (!demoTokens && settings.get(Settings.AUTHORIZATION_SUBSCRIBE).uses(Rule.OPEN)) {
      log.warn(
          "whoever has a good token may subscribe to any channel for which {} is open",
          Settings.AUTHORIZATION_SUBSCRIBE.name());
    }
    List<AdminServer> servers = new ArrayList<>();
    try {
      BackEndApi api = api(settings, config, registry, view);
      int maxBody = Math.max(MAX_BODY_BYTES, config.maxMessageBytes());
      servers.add(
          AdminServer.start(
              settings.get(Settings.ADMIN_HOST),
              settings.get(Settings.ADMIN_PORT),
              maxBody,
              api,
              adminPage(settings)));
      Integer apiPort = settings.find(Settings.API_PORT);
      if (apiPort != null) {
        servers.add(
            AdminServer.startOn(
                gateway.homeLoop(),
                gateway.serverChannel(),
                settings.get(Settings.API_HOST),
                apiPort,
                maxBody,
                api));
      }
      gateway.start();
    } catch (IOException | RuntimeException e) {
      servers.forEach(AdminServer::close);
      gateway.stop(RESERVE);
      if (hooks != null) {
        hooks.close();
      }
      throw e;
    }
    GatewayProcess process = new GatewayProcess(settings, gateway, servers, hooks);
    process.announce(nodeName);
    return process;
  }

  /** The port of the WebSocket and of the public pages. */
  public int publicPort() {
    return gateway.port();
  }

  /** The port of statistics and publishing. */
  public int adminPort() {
    return servers.get(0).port();
  }

  /** Ends the process in order on SIGTERM and SIGINT, and at once on a second one. */
  public void stopOnSignals() {
    StopSignals.install(this::stop);
  }

  /** Begins to stop; harmless when repeated. Returns at once. */
  public void stop() {
    Duration deadline = settings.get(Settings.DRAIN_DEADLINE);
    Duration most = deadline.minus(RESERVE);
    Duration half = deadline.dividedBy(2);
    gateway
        .stop(most.compareTo(half) > 0 ? most : half)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.error("stopping failed", failure);
              }
              servers.forEach(AdminServer::close);
              if (hooks != null) {
                hooks.close();
              }
              stopped.countDown();
            });
    CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::giveUp);
  }

  /** Waits until the node has been stopped. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  private void giveUp() {
    if (stopped.getCount() > 0) {
      log.warn("the drain deadline is over, ending as it is");
      stopped.countDown();
    }
  }

  private void announce(String nodeName) {
    RedisConfig redis = NodeFactory.redis(settings);
    Machinery machinery = Machinery.of(gateway);
    log.info(
        "runs on java=\"{}\" transport={} collector={} allocator={} compactHeaders={}",
        machinery.java(),
        machinery.transport(),
        machinery.collector(),
        machinery.allocator(),
        machinery.compactHeaders());
    log.info(
        "started node={} version={} port={} adminPort={} backplane={} millisSinceLaunch={}",
        nodeName,
        Version.text(),
        publicPort(),
        adminPort(),
        redis == null ? "single-node" : redis.address(),
        ManagementFactory.getRuntimeMXBean().getUptime());
  }

  private static void warn(Configuration settings) {
    if (NodeFactory.jwtPolicy(settings) == null) {
      log.warn(
          "NO TOKEN SECRET IS SET: every connection is refused with 401 setting={} variables={}",
          Settings.TOKEN_SECRET.name(),
          "NEXTAUTH_SECRET or " + Settings.TOKEN_SECRET.variable());
    }
    RedisConfig redis = NodeFactory.redis(settings);
    if (redis != null && redis.tls() && !redis.verifyCertificates()) {
      log.warn(
          "certificates of Redis are not verified setting={}", Settings.REDIS_TLS_VERIFY.name());
    }
    boolean reachable =
        !isLoopback(settings.get(Settings.ADMIN_HOST))
            || (settings.find(Settings.API_PORT) != null
                && !isLoopback(settings.get(Settings.API_HOST)));
    if (reachable && settings.find(Settings.API_KEYS) == null) {
      log.warn(
          "the admin port can be reached from other machines and asks for no key setting={}",
          Settings.API_KEYS.name());
    }
  }

  private static BackEndApi api(
      Configuration settings, GatewayConfig config, MetricRegistry registry, GatewayView view) {
    return new BackEndApi(
        NodeFactory.apiKeys(settings),
        view::stats,
        registry,
        view,
        view,
        view,
        config.maxMessageBytes(),
        config.path());
  }

  private static StaticPages pages(Configuration settings) throws IOException {
    ClassLoader loader = GatewayProcess.class.getClassLoader();
    StaticPages client = StaticPages.loadForAll(loader, "client");
    return settings.get(Settings.DEMO_ENABLED)
        ? client.with(StaticPages.load(loader, "web").below("/demo"))
        : client;
  }

  private static StaticPages adminPage(Configuration settings) throws IOException {
    return settings.get(Settings.ADMIN_PAGE)
        ? StaticPages.load(GatewayProcess.class.getClassLoader(), "web").below("/admin")
        : StaticPages.NONE;
  }

  private static @Nullable TokenMint mint(Configuration settings, Clock clock) {
    String secret = settings.find(Settings.TOKEN_SECRET);
    if (secret == null) {
      return null;
    }
    return TokenMint.algorithmOf(settings.get(Settings.TOKEN_ALGORITHMS))
        .map(
            algorithm ->
                new TokenMint(
                    new HmacSecret(secret),
                    algorithm,
                    settings.find(Settings.TOKEN_ISSUER),
                    settings.find(Settings.TOKEN_AUDIENCE),
                    clock))
        .orElse(null);
  }

  private static boolean isLoopback(@Nullable String host) {
    try {
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (IOException unknown) {
      return false;
    }
  }

  private static String nodeName(Configuration settings) {
    String name = settings.find(Settings.NODE_NAME);
    if (name != null) {
      return name;
    }
    String host = System.getenv("HOSTNAME");
    return host == null || host.isEmpty() ? "gateway" : host;
  }
}
