package io.velonx.gateway.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;

/**
 * The instruments of one node, each resolved once. Threading: any thread.
 *
 * <p>Instruments of one area are fields; a family with one counter per code is a method, for paths
 * that are not hot.
 */
public final class GatewayMetrics {
  public final Counter accepted;
  public final Counter socketsDropped;
  public final Counter unchecked;
  public final Counter commandsReceived;
  public final Counter publicationsReceived;
  public final Counter publicationsInvalid;
  public final Counter deliveries;
  public final Counter dropped;
  public final Counter withheld;
  public final Counter overflows;
  public final Counter faults;
  public final Counter historyAppended;
  public final Counter historyRepeated;
  public final Counter historyReads;
  public final Counter historyGaps;
  public final Counter historyRepaired;
  public final Counter historyLost;
  public final Counter recoveriesOk;
  public final Counter recoveriesFailed;
  public final Counter ringHits;
  public final Counter ringMisses;
  public final Counter inboxAppended;
  public final Counter inboxDelivered;
  public final Counter inboxAcknowledged;
  public final Counter inboxReturned;
  public final Counter inboxOverflow;
  public final Counter presenceLooks;
  public final Timer eventLoopLag;
  public final Timer handshakeRequest;
  public final Timer handshakeToken;
  public final Timer handshakeAdmission;
  public final Timer handshakeTotal;
  public final Counter historyAdopted;
  public final Counter spoolTaken;
  public final Counter spoolRefused;
  public final Counter spoolDropped;
  public final Counter topicsSilent;
  public final Counter topicsDeaf;
  public final Counter filesTaken;
  public final Counter filesServed;

  private final MetricRegistry registry;

  public GatewayMetrics(MetricRegistry registry) {
    this.registry = registry;
    accepted = registry.counter(MetricNames.CONNECTIONS_ACCEPTED);
    socketsDropped = registry.counter(MetricNames.SOCKETS_DROPPED);
    unchecked = registry.counter(MetricNames.LIMITS_UNCHECKED);
    commandsReceived = registry.counter(MetricNames.COMMANDS_RECEIVED);
    publicationsReceived = registry.counter(MetricNames.PUBLICATIONS_RECEIVED);
    publicationsInvalid = registry.counter(MetricNames.PUBLICATIONS_INVALID);
    deliveries = registry.counter(MetricNames.FANOUT_DELIVERIES);
    dropped = registry.counter(MetricNames.FANOUT_DROPPED);
    withheld = registry.counter(MetricNames.FANOUT_WITHHELD);
    overflows = registry.counter(MetricNames.FANOUT_OVERFLOWS);
    faults = registry.counter(MetricNames.FAULTS);
    historyAppended = registry.counter(MetricNames.HISTORY_APPENDED);
    historyRepeated = registry.counter(MetricNames.HISTORY_REPEATED);
    historyReads = registry.counter(MetricNames.HISTORY_READS);
    historyGaps = registry.counter(MetricNames.HISTORY_GAPS);
    historyRepaired = registry.counter(MetricNames.HISTORY_REPAIRED);
    historyLost = registry.counter(MetricNames.HISTORY_LOST);
    recoveriesOk = registry.counter(MetricNames.HISTORY_RECOVERIES_OK);
    recoveriesFailed = registry.counter(MetricNames.HISTORY_RECOVERIES_FAILED);
    ringHits = registry.counter(MetricNames.HISTORY_RING_HITS);
    ringMisses = registry.counter(MetricNames.HISTORY_RING_MISSES);
    inboxAppended = registry.counter(MetricNames.INBOX_APPENDED);
    inboxDelivered = registry.counter(MetricNames.INBOX_DELIVERED);
    inboxAcknowledged = registry.counter(MetricNames.INBOX_ACKNOWLEDGED);
    inboxReturned = registry.counter(MetricNames.INBOX_RETURNED);
    inboxOverflow = registry.counter(MetricNames.INBOX_OVERFLOW);
    presenceLooks = registry.counter(MetricNames.PRESENCE_LOOKS);
    eventLoopLag = registry.timer(MetricNames.EVENT_LOOP_LAG);
    handshakeRequest = registry.timer(MetricNames.HANDSHAKE_REQUEST);
    handshakeToken = registry.timer(MetricNames.HANDSHAKE_TOKEN);
    handshakeAdmission = registry.timer(MetricNames.HANDSHAKE_ADMISSION);
    handshakeTotal = registry.timer(MetricNames.HANDSHAKE_TOTAL);
    historyAdopted = registry.counter(MetricNames.HISTORY_ADOPTED);
    spoolTaken = registry.counter(MetricNames.SPOOL_TAKEN);
    spoolRefused = registry.counter(MetricNames.SPOOL_REFUSED);
    spoolDropped = registry.counter(MetricNames.SPOOL_DROPPED);
    topicsSilent = registry.counter(MetricNames.TOPICS_SILENT);
    topicsDeaf = registry.counter(MetricNames.TOPICS_DEAF);
    filesTaken = registry.counter(MetricNames.FILES_TAKEN);
    filesServed = registry.counter(MetricNames.FILES_SERVED);
  }

  /** The registry behind, for reporters. */
  public MetricRegistry registry() {
    return registry;
  }

  /** One refused upgrade, by HTTP status. */
  public void refused(int status) {
    registry.counter(MetricNames.CONNECTIONS_REFUSED + "." + status).inc();
  }

  /** One upgrade refused for a limit, by the limit. */
  public void limited(String limit) {
    registry.counter(MetricNames.LIMITS_REFUSED + "." + limit).inc();
  }

  /** One close by the gateway, by close code. */
  public void closed(int code) {
    registry.counter(MetricNames.CONNECTIONS_CLOSED + "." + code).inc();
  }

  /** One command answered with an error, by error code. */
  public void commandRefused(String code) {
    registry.counter(MetricNames.COMMANDS_REFUSED + "." + code).inc();
  }

  /** One upload refused or failed, by the reason. */
  public void fileRefused(String reason) {
    registry.counter(MetricNames.FILES_REFUSED + "." + reason).inc();
  }

  /** A value read when somebody asks for it. */
  public <T> void gauge(String name, Gauge<T> gauge) {
    registry.registerGauge(name, gauge);
  }
}
