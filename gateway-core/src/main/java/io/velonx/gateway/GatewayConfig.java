package io.velonx.gateway;

import io.netty.util.internal.PlatformDependent;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.history.AdoptionPolicy;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.limit.LimitConfig;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The settings of one node. Immutable; {@link #builder()} starts from the defaults. */
public final class GatewayConfig {
  private final Builder values;

  private GatewayConfig(Builder values) {
    this.values = values;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The address to listen on; null for all interfaces. */
  public @Nullable String host() {
    return values.host;
  }

  /** The port to listen on; 0 lets the system choose. */
  public int port() {
    return values.port;
  }

  /** The exact path of the upgrade. */
  public String path() {
    return values.path;
  }

  /** Event loops that own connections; at most 63. */
  public int eventLoops() {
    return values.eventLoops;
  }

  public Transport transport() {
    return values.transport;
  }

  /** The largest message, in octets, after reassembly and inflation. */
  public int maxMessageBytes() {
    return values.maxMessageBytes;
  }

  /** The most frames one message may come in. */
  public int maxFragments() {
    return values.maxFragments;
  }

  /** The most channels one connection may subscribe to. */
  public int maxSubscriptions() {
    return values.maxSubscriptions;
  }

  /** From accepting a socket to its 101. */
  public Duration handshakeTimeout() {
    return values.handshakeTimeout;
  }

  /** Silence after which a peer is pinged; after twice that it is closed. */
  public Duration heartbeatInterval() {
    return values.heartbeatInterval;
  }

  /** How long a peer may take to answer our Close. */
  public Duration closeTimeout() {
    return values.closeTimeout;
  }

  /** How long a peer may take nothing of what waits for it. */
  public Duration stallTimeout() {
    return values.stallTimeout;
  }

  /** What may wait for all peers of the node together, in octets. */
  public long maxOutboundBytes() {
    return values.maxOutboundBytes;
  }

  public SlowConsumerPolicy slowConsumerPolicy() {
    return values.slowConsumerPolicy;
  }

  /** Whether permessage-deflate is negotiated. */
  public boolean compression() {
    return values.compression;
  }

  /** How long a user stays present in a channel after losing his last connection there. */
  public Duration presenceGrace() {
    return values.presenceGrace;
  }

  /** In a channel with more users online than this, single joins and leaves are not announced. */
  public int presenceAnnounceLimit() {
    return values.presenceAnnounceLimit;
  }

  public ClientPublishing clientPublishing() {
    return values.clientPublishing;
  }

  /** How much of each channel is kept, by the log of the backplane. */
  public HistoryPolicy history() {
    return values.history;
  }

  /** How much is kept of what the backplane cannot take. */
  public SpoolPolicy spool() {
    return values.spool;
  }

  /** Where publications of back ends in Redis are taken into the history. */
  public AdoptionPolicy adoption() {
    return values.adoption;
  }

  /** Whether newcomers are welcome while the backplane is away. */
  public boolean readyWhenDegraded() {
    return values.readyWhenDegraded;
  }

  /** How much of each user's inbox is kept for him to acknowledge. */
  public Retention inbox() {
    return values.inbox;
  }

  /** What ids of relayed messages are signed with; the same on every node of a cluster. */
  public byte[] messageIdKey() {
    return values.messageIdKey.clone();
  }

  /** Octets of publications that may wait for one event loop. */
  public int fanoutQueueBytes() {
    return values.fanoutQueueBytes;
  }

  /** How many clients a node that stops sends away in a second, at least. */
  public int drainRate() {
    return values.drainRate;
  }

  /** How long before its end a client is told that its token ends. */
  public Duration tokenExpiryNotice() {
    return values.tokenExpiryNotice;
  }

  /** How long revocations are kept that are no bans; no token should live longer. */
  public Duration revocationsKept() {
    return values.revocationsKept;
  }

  /** What one client, user or address may take. */
  public LimitConfig limits() {
    return values.limits;
  }

  /** Who decides what somebody may do in a channel. */
  public ChannelAuthorizer authorizer() {
    return values.authorizer;
  }

  /** Who is asked before something is published, where the policy is to ask. */
  public PublishHook publishHook() {
    return values.publishHook;
  }

  /** Where files of users are kept; null where there are no uploads. */
  public @Nullable FileStore files() {
    return values.files;
  }

  /** Who is told of what happens on this node. */
  public GatewayEvent.Sink events() {
    return values.events;
  }

  /** What moves octets between sockets and event loops. */
  public enum Transport {
    /** {@link #EPOLL} where it is available, else {@link #NIO}. */
    AUTO,
    EPOLL,
    NIO,
    IO_URING
  }

  /** Collects settings; each has a default. */
  public static final class Builder implements Cloneable {
    private @Nullable String host;
    private int port = 3000;
    private String path = "/api/community/ws";
    private int eventLoops = Math.min(63, Runtime.getRuntime().availableProcessors());
    private Transport transport = Transport.AUTO;
    private int maxMessageBytes = 64 * 1024;
    private int maxFragments = 1024;
    private int maxSubscriptions = 1000;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    // Proxies commonly drop what is silent for 60 s; real pages send a PING every 30 s anyway.
    private Duration heartbeatInterval = Duration.ofSeconds(25);
    private Duration closeTimeout = Duration.ofSeconds(5);
    // A phone in a tunnel comes back within it; who does not would have to be caught up anyway.
    private Duration stallTimeout = Duration.ofSeconds(30);
    // Frames that wait for many are shared, so this is reached long before the memory is used up.
    private long maxOutboundBytes = PlatformDependent.maxDirectMemory();
    private SlowConsumerPolicy slowConsumerPolicy = SlowConsumerPolicy.DEFAULT;
    private boolean compression;
    // A page comes back 3 s after losing its socket at the earliest, and a reload takes as long.
    private Duration presenceGrace = Duration.ofSeconds(5);
    private int presenceAnnounceLimit = 500;
    private ClientPublishing clientPublishing =
        ClientPublishing.everywhere(ClientPublishing.Policy.IGNORE);
    private HistoryPolicy history = HistoryPolicy.everywhere(Retention.DEFAULT);
    private SpoolPolicy spool = SpoolPolicy.DEFAULT;
    private AdoptionPolicy adoption = AdoptionPolicy.NOWHERE;
    // Where Redis is away for all nodes, a balancer without any would turn everybody away.
    private boolean readyWhenDegraded = true;
    private Retention inbox = Retention.INBOX;
    private byte[] messageIdKey = new byte[32];
    private int fanoutQueueBytes = 64 * 1024 * 1024;
    private int drainRate = DrainPlan.DEFAULT_CLOSES_PER_SECOND;
    private LimitConfig limits = LimitConfig.DEFAULT;
    // Time to fetch a token, even over a bad line.
    private Duration tokenExpiryNotice = Duration.ofSeconds(60);
    // Auth.js and NextAuth end a session after that unless told otherwise.
    private Duration revocationsKept = Duration.ofDays(30);
    private ChannelAuthorizer authorizer = ChannelAuthorizer.OPEN;
    private PublishHook publishHook = PublishHook.NOBODY;
    private GatewayEvent.Sink events = GatewayEvent.Sink.NONE;
    private @Nullable FileStore files;

    private Builder() {
      // Good for one node that forgets it; a cluster shares one.
      new SecureRandom().nextBytes(messageIdKey);
    }

    public Builder host(@Nullable String value) {
      host = value;
      return this;
    }

    public Builder port(int value) {
      port = inRange("port", value, 0, 65_535);
      return this;
    }

    public Builder path(String value) {
      if (!value.startsWith("/")) {
        throw new IllegalArgumentException("path: " + value + " (expected: starts with /)");
      }
      path = value;
      return this;
    }

    public Builder eventLoops(int value) {
      eventLoops = inRange("eventLoops", value, 1, 63);
      return this;
    }

    public Builder transport(Transport value) {
      transport = Objects.requireNonNull(value);
      return this;
    }

    public Builder maxMessageBytes(int value) {
      maxMessageBytes = inRange("maxMessageBytes", value, 125, 64 * 1024 * 1024);
      return this;
    }

    public Builder maxFragments(int value) {
      maxFragments = inRange("maxFragments", value, 1, 1_000_000);
      return this;
    }

    public Builder maxSubscriptions(int value) {
      maxSubscriptions = inRange("maxSubscriptions", value, 1, 1_000_000);
      return this;
    }

    public Builder handshakeTimeout(Duration value) {
      handshakeTimeout = positive("handshakeTimeout", value);
      return this;
    }

    public Builder heartbeatInterval(Duration value) {
      heartbeatInterval = positive("heartbeatInterval", value);
      return this;
    }

    public Builder closeTimeout(Duration value) {
      closeTimeout = positive("closeTimeout", value);
      return this;
    }

    public Builder stallTimeout(Duration value) {
      stallTimeout = positive("stallTimeout", value);
      return this;
    }

    public Builder maxOutboundBytes(long value) {
      if (value < 1) {
        throw new IllegalArgumentException("maxOutboundBytes: " + value + " (expected: > 0)");
      }
      maxOutboundBytes = value;
      return this;
    }

    public Builder slowConsumerPolicy(SlowConsumerPolicy value) {
      slowConsumerPolicy = Objects.requireNonNull(value);
      return this;
    }

    public Builder compression(boolean value) {
      compression = value;
      return this;
    }

    public Builder presenceGrace(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("presenceGrace: " + value + " (expected: >= 0)");
      }
      presenceGrace = value;
      return this;
    }

    public Builder presenceAnnounceLimit(int value) {
      presenceAnnounceLimit = inRange("presenceAnnounceLimit", value, 0, Integer.MAX_VALUE);
      return this;
    }

    public Builder clientPublishing(ClientPublishing value) {
      clientPublishing = Objects.requireNonNull(value);
      return this;
    }

    public Builder history(HistoryPolicy value) {
      history = Objects.requireNonNull(value);
      return this;
    }

    public Builder spool(SpoolPolicy value) {
      spool = Objects.requireNonNull(value);
      return this;
    }

    public Builder adoption(AdoptionPolicy value) {
      adoption = Objects.requireNonNull(value);
      return this;
    }

    public Builder readyWhenDegraded(boolean value) {
      readyWhenDegraded = value;
      return this;
    }

    public Builder inbox(Retention value) {
      inbox = Objects.requireNonNull(value);
      return this;
    }

    public Builder messageIdKey(byte[] value) {
      if (value.length < 16) {
        throw new IllegalArgumentException(
            "messageIdKey: " + value.length + " octets (expected: at least 16)");
      }
      messageIdKey = value.clone();
      return this;
    }

    public Builder fanoutQueueBytes(int value) {
      fanoutQueueBytes = inRange("fanoutQueueBytes", value, 1024, Integer.MAX_VALUE);
      return this;
    }

    public Builder drainRate(int value) {
      drainRate = inRange("drainRate", value, 1, 1_000_000);
      return this;
    }

    public Builder tokenExpiryNotice(Duration value) {
      tokenExpiryNotice = positive("tokenExpiryNotice", value);
      return this;
    }

    public Builder revocationsKept(Duration value) {
      revocationsKept = positive("revocationsKept", value);
      return this;
    }

    /** Changes limits; what it leaves alone stays as it was. */
    public Builder limits(UnaryOperator<LimitConfig.Builder> change) {
      limits = change.apply(limits.toBuilder()).build();
      return this;
    }

    public Builder authorizer(ChannelAuthorizer value) {
      authorizer = Objects.requireNonNull(value);
      return this;
    }

    public Builder publishHook(PublishHook value) {
      publishHook = Objects.requireNonNull(value);
      return this;
    }

    public Builder events(GatewayEvent.Sink value) {
      events = Objects.requireNonNull(value);
      return this;
    }

    /** The node ends the store when it stops. */
    public Builder files(@Nullable FileStore value) {
      files = value;
      return this;
    }

    public GatewayConfig build() {
      try {
        return new GatewayConfig((Builder) super.clone());
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    private static int inRange(String name, int value, int least, int most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            name + ": " + value + " (expected: " + least + " to " + most + ")");
      }
      return value;
    }

    private static Duration positive(String name, Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
      }
      return value;
    }
  }
}
