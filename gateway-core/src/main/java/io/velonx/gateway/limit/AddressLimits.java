package io.velonx.gateway.limit;

import io.velonx.gateway.limit.Refusal.Reason;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one address may take: sockets, and failed handshakes a second. Of IPv6 the first 64 bits
 * count, because that much one subscriber has for himself. Threading: any thread.
 */
public final class AddressLimits {
  /** The key of an address that is not known; it has no limits. */
  public static final long UNKNOWN = 0;

  /** The prefix that IPv4 addresses are kept under; no IPv6 address begins with it. */
  private static final long IPV4 = 0x0000_FFFF_0000_0000L;

  private final int maxSockets;
  private final Rate failures;
  private final ConcurrentHashMap<Long, Usage> byAddress = new ConcurrentHashMap<>();

  public AddressLimits(LimitConfig config) {
    maxSockets = config.connectionsPerAddress();
    failures = config.failedHandshakes();
  }

  /** What is counted for that address. */
  public static long key(InetAddress address) {
    byte[] octets = address.getAddress();
    return address instanceof Inet4Address
        ? IPV4 | (ByteBuffer.wrap(octets).getInt() & 0xFFFF_FFFFL)
        : ByteBuffer.wrap(octets).getLong();
  }

  /** Counts a socket of that address. */
  public Entry enter(long address) {
    if (address == UNKNOWN) {
      return Entry.WELCOME;
    }
    int[] sockets = new int[1];
    byAddress.compute(
        address,
        (key, known) -> {
          Usage usage = known == null ? new Usage() : known;
          sockets[0] = ++usage.sockets;
          return usage;
        });
    if (maxSockets == 0 || sockets[0] <= maxSockets) {
      return Entry.WELCOME;
    }
    return sockets[0] - maxSockets <= maxSockets ? Entry.FULL : Entry.FLOOD;
  }

  /** A socket that was counted is closed. */
  public void leave(long address, long now) {
    if (address != UNKNOWN) {
      byAddress.computeIfPresent(
          address,
          (key, usage) -> {
            usage.sockets--;
            return usage.isOver(now) ? null : usage;
          });
    }
  }

  /** Counts a bad token. The address has a socket open. */
  public void failed(long address, long now) {
    if (address != UNKNOWN) {
      byAddress.computeIfPresent(
          address,
          (key, usage) -> {
            usage.failuresFullAt = failures.charged(usage.failuresFullAt, now);
            return usage;
          });
    }
  }

  /** Why no token of that address is looked at now, or null. */
  public @Nullable Refusal refusal(long address, long now) {
    Usage usage = byAddress.get(address);
    if (usage == null || failures.waitNanos(usage.failuresFullAt, now) == 0) {
      return null;
    }
    return Refusal.of(Reason.FAILURES, "failed handshakes of one address: at most " + failures);
  }

  /** What to tell a socket that {@link #enter} found {@link Entry#FULL}. */
  public Refusal full() {
    return Refusal.of(Reason.ADDRESS, "connections from one address: at most " + maxSockets);
  }

  /** Forgets addresses whose failures are long past. */
  public void sweep(long now) {
    for (Long address : byAddress.keySet()) {
      byAddress.computeIfPresent(address, (key, usage) -> usage.isOver(now) ? null : usage);
    }
  }

  /** Addresses that are remembered. */
  public int size() {
    return byAddress.size();
  }

  /** What becomes of a socket. */
  public enum Entry {
    WELCOME,
    /** One too many: it is told so. */
    FULL,
    /** As many too many again: it is closed without a word. */
    FLOOD
  }

  /** Changed under the lock of its entry in the map. */
  private static final class Usage {
    private int sockets;
    private volatile long failuresFullAt;

    boolean isOver(long now) {
      return sockets <= 0 && failuresFullAt - now <= 0;
    }
  }
}
