package io.velonx.gateway.server;

import com.codahale.metrics.Snapshot;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.DrainPlan;
import io.velonx.gateway.DrainProgress;
import io.velonx.gateway.Gateway;
import io.velonx.gateway.NodeDirectory;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.connection.ConnectionStats;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.server.api.NodeControl;
import io.velonx.gateway.server.api.NodeDrain;
import io.velonx.gateway.server.api.Publisher;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import io.velonx.gateway.server.http.NodeStatus;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A node as its HTTP routes see it. Threading: any thread. */
final class GatewayView implements NodeStatus, Publisher, NodeDrain, NodeControl {
  private final String nodeName;
  private final Configuration settings;
  private final Gateway gateway;

  GatewayView(String nodeName, Configuration settings, Gateway gateway) {
    this.nodeName = nodeName;
    this.settings = settings;
    this.gateway = gateway;
  }

  @Override
  public boolean isReady() {
    return gateway.isReady();
  }

  @Override
  public @Nullable String overload() {
    return gateway.nodeLimits().overload();
  }

  @Override
  public ConnectionStats connections() {
    return gateway.getConnectionStats();
  }

  @Override
  public int channels() {
    return gateway.channelCount();
  }

  @Override
  public long subscriptions() {
    return gateway.subscriptionCount();
  }

  @Override
  public BackplaneHealth backplane() {
    return gateway.backplaneHealth();
  }

  @Override
  public BackplaneState backplaneState() {
    return gateway.backplaneState();
  }

  @Override
  public CompletionStage<Appended> broadcastToChannel(
      ChannelName channel, byte[] envelope, @Nullable String idempotencyKey) {
    return gateway.broadcastToChannel(channel, envelope, idempotencyKey);
  }

  @Override
  public CompletionStage<Posted> broadcastToUser(
      String userId, byte[] envelope, boolean keep, @Nullable String idempotencyKey) {
    return gateway.broadcastToUser(userId, envelope, keep, idempotencyKey);
  }

  @Override
  public CompletionStage<Void> revokeUser(String userId) {
    return gateway.revokeUser(userId);
  }

  @Override
  public CompletionStage<Void> ban(String userId, Duration time) {
    return gateway.ban(userId, time);
  }

  @Override
  public CompletionStage<Void> revokeSession(String sessionId) {
    return gateway.revokeSession(sessionId);
  }

  @Override
  public CompletionStage<Void> revokeToken(String tokenId) {
    return gateway.revokeToken(tokenId);
  }

  @Override
  public NodeDirectory directory() {
    return gateway.directory();
  }

  @Override
  public CompletionStage<HistoryPage> history(
      ChannelName channel, @Nullable Long before, int limit) {
    return gateway.history(channel, before, limit);
  }

  @Override
  public CompletionStage<Online> online(ChannelName channel) {
    return gateway.online(channel);
  }

  @Override
  public CompletionStage<Integer> unsubscribeUser(String userId, ChannelName channel) {
    return gateway.unsubscribeUser(userId, channel);
  }

  @Override
  public CompletionStage<Integer> kickUser(String userId) {
    return gateway.kickUser(userId);
  }

  @Override
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    return gateway.block(userId, blocked);
  }

  @Override
  public CompletionStage<Boolean> deleteFile(String id) {
    return gateway.deleteFile(id);
  }

  @Override
  public CompletionStage<Set<String>> blocked(String userId) {
    return gateway.blocked(userId);
  }

  @Override
  public void drain(@Nullable Integer closesPerSecond, @Nullable Long timeoutMillis) {
    gateway.drain(
        new DrainPlan(
            closesPerSecond == null ? settings.get(Settings.DRAIN_RATE) : closesPerSecond,
            timeoutMillis == null
                ? settings.get(Settings.DRAIN_DEADLINE)
                : Duration.ofMillis(timeoutMillis)));
  }

  @Override
  public void cancelDrain() {
    gateway.cancelDrain();
  }

  @Override
  public DrainProgress drainProgress() {
    return gateway.drainProgress();
  }

  /** Everything an operator wants at a glance. */
  ObjectNode stats() {
    ObjectNode stats = JsonNodeFactory.instance.objectNode();
    putNode(stats.putObject("node"));
    putMachinery(stats.putObject("machinery"));
    ConnectionStats connections = connections();
    stats
        .putObject("connections")
        .put("total", connections.totalConnections())
        .put("users", connections.uniqueUsers())
        .put("averagePerUser", connections.averageConnectionsPerUser());
    stats.put("channels", channels()).put("subscriptions", subscriptions());
    BackplaneHealth health = backplane();
    stats
        .putObject("backplane")
        .put("kind", settings.find(Settings.REDIS_URL) == null ? "single-node" : "redis")
        .put("publisherConnected", health.publisherConnected())
        .put("subscriberConnected", health.subscriberConnected())
        .put("state", backplaneState().name().toLowerCase(Locale.ROOT));
    putLimits(stats.putObject("limits"));
    ObjectNode counters = stats.putObject("counters");
    gateway
        .metrics()
        .registry()
        .getCounters()
        .forEach((name, counter) -> counters.put(name, counter.getCount()));
    return stats;
  }

  private void putLimits(ObjectNode limits) {
    Snapshot lag = gateway.metrics().eventLoopLag.getSnapshot();
    limits
        .put("sockets", gateway.nodeLimits().sockets())
        .put("maxConnections", gateway.nodeLimits().maxConnections())
        .put("overload", gateway.nodeLimits().overload())
        .put("eventLoopLagMillisP99", Math.round(lag.get99thPercentile() / 1e6))
        .put("eventLoopLagMillisMax", Math.round(lag.getMax() / 1e6));
  }

  private void putNode(ObjectNode node) {
    node.put("name", nodeName)
        .put("version", Version.text())
        .put("ready", isReady())
        .put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
  }

  private void putMachinery(ObjectNode node) {
    Machinery machinery = Machinery.of(gateway);
    node.put("java", machinery.java())
        .put("transport", machinery.transport())
        .put("collector", machinery.collector())
        .put("allocator", machinery.allocator())
        .put("compactHeaders", machinery.compactHeaders());
  }
}
