package io.velonx.gateway.limit;

import io.velonx.gateway.limit.UserCap.WhenFull;
import java.time.Duration;
import java.util.Objects;

/**
 * What one client, user or address may take. Immutable; {@link #builder()} starts from defaults.
 */
public final class LimitConfig {
  /** Takes the number of connections from the descriptors the process may have. */
  public static final int BY_DESCRIPTORS = -1;

  public static final LimitConfig DEFAULT = builder().build();

  private final Builder values;

  private LimitConfig(Builder values) {
    this.values = values;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these limits. */
  public Builder toBuilder() {
    return values.copy();
  }

  /** Commands of one connection. */
  public Rate commands() {
    return values.commands;
  }

  /** Chat messages, edits and deletions of one user, on all nodes together. */
  public Rate publishing() {
    return values.publishing;
  }

  /** Connections of one user, on all nodes together. */
  public UserCap connectionsPerUser() {
    return values.connectionsPerUser;
  }

  /** Sockets of one address on this node; 0 for no limit. */
  public int connectionsPerAddress() {
    return values.connectionsPerAddress;
  }

  /** Bad tokens of one address on this node. */
  public Rate failedHandshakes() {
    return values.failedHandshakes;
  }

  /** Sockets of this node; 0 for no limit, or {@link #BY_DESCRIPTORS}. */
  public int connectionsPerNode() {
    return values.connectionsPerNode;
  }

  /** Upgrades of this node. */
  public Rate accepts() {
    return values.accepts;
  }

  /** Peers whose word about a client's address counts. */
  public TrustedProxies trustedProxies() {
    return values.trustedProxies;
  }

  /** Whether they begin every connection with a header of the PROXY protocol. */
  public boolean proxyProtocol() {
    return values.proxyProtocol;
  }

  /** The header they say it in. */
  public String clientAddressHeader() {
    return values.clientAddressHeader;
  }

  /** Heap in use after a collection, above which newcomers are refused; 0 for no limit. */
  public int maxHeapPercent() {
    return values.maxHeapPercent;
  }

  /** Lag of an event loop above which newcomers are refused; zero for no limit. */
  public Duration maxEventLoopLag() {
    return values.maxEventLoopLag;
  }

  /** Collects limits; each has a default. */
  public static final class Builder implements Cloneable {
    // A page sends a handful of commands when it opens, and far fewer than one a second after that.
    private Rate commands = new Rate(50, 100);
    // Nobody writes faster; the burst is for what a page kept while it was offline.
    private Rate publishing = new Rate(10, 20);
    // Tabs of two or three devices. Refusing keeps what works: to replace would let two pages that
    // come back at once throw each other out for ever.
    private UserCap connectionsPerUser = new UserCap(20, WhenFull.REJECT);
    // An office or a campus behind one address.
    private int connectionsPerAddress = 200;
    // A good token costs as much as a bad one; this much of bad ones is 3 ms of each second.
    private Rate failedHandshakes = new Rate(10, 100);
    private int connectionsPerNode = BY_DESCRIPTORS;
    // At 80 us each, two fifths of one processor in the long run, and a node's worth of clients at
    // once.
    private Rate accepts = new Rate(5_000, 20_000);
    private TrustedProxies trustedProxies = TrustedProxies.LOOPBACK;
    private boolean proxyProtocol;
    private String clientAddressHeader = "X-Forwarded-For";

    // Above it collections begin to follow each other, and pauses with them.
    private int maxHeapPercent = 90;
    // A storm of upgrades alone makes a few hundred milliseconds; twice that is felt by everybody.
    private Duration maxEventLoopLag = Duration.ofSeconds(1);

    private Builder() {}

    public Builder commands(Rate value) {
      commands = Objects.requireNonNull(value);
      return this;
    }

    public Builder publishing(Rate value) {
      publishing = Objects.requireNonNull(value);
      return this;
    }

    public Builder connectionsPerUser(int most, WhenFull whenFull) {
      connectionsPerUser = new UserCap(most, whenFull);
      return this;
    }

    public Builder connectionsPerAddress(int value) {
      connectionsPerAddress = atLeast("connectionsPerAddress", value, 0);
      return this;
    }

    public Builder failedHandshakes(Rate value) {
      failedHandshakes = Objects.requireNonNull(value);
      return this;
    }

    public Builder connectionsPerNode(int value) {
      connectionsPerNode = atLeast("connectionsPerNode", value, BY_DESCRIPTORS);
      return this;
    }

    public Builder accepts(Rate value) {
      accepts = Objects.requireNonNull(value);
      return this;
    }

    public Builder trustedProxies(TrustedProxies value) {
      trustedProxies = Objects.requireNonNull(value);
      return this;
    }

    public Builder proxyProtocol(boolean value) {
      proxyProtocol = value;
      return this;
    }

    public Builder clientAddressHeader(String value) {
      clientAddressHeader = Objects.requireNonNull(value);
      return this;
    }

    public Builder maxHeapPercent(int value) {
      maxHeapPercent = atLeast("maxHeapPercent", value, 0);
      return this;
    }

    public Builder maxEventLoopLag(Duration value) {
      maxEventLoopLag = Objects.requireNonNull(value);
      return this;
    }

    public LimitConfig build() {
      return new LimitConfig(copy());
    }

    private Builder copy() {
      try {
        return (Builder) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    private static int atLeast(String name, int value, int least) {
      if (value < least) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
      }
      return value;
    }
  }
}
