package io.velonx.gateway.server.api;

import io.velonx.gateway.limit.Rate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask. Without any key configured, whoever reaches the port may do everything; that port is
 * on the loopback address unless told otherwise. Threading: any thread.
 */
public final class ApiKeys {
  /** Longer than any key that is worth its name; hashing has a price. */
  private static final int MAX_CHARS = 512;

  private final List<Holder> holders;
  private final Rate rate;

  /**
   * @param rate how often each key may ask
   */
  public ApiKeys(List<ApiKey> keys, Rate rate) {
    this.rate = rate;
    holders = keys.stream().map(key -> new Holder(key, new AtomicLong())).toList();
  }

  /** Whether keys are asked for. */
  public boolean areRequired() {
    return !holders.isEmpty();
  }

  /**
   * Who shows that key; null for nobody we know.
   *
   * <p>Hashes are compared, each with every other and in constant time: how long it takes says
   * nothing about how much of a key is right.
   */
  @Nullable Holder holder(@Nullable String key) {
    if (key == null || key.length() > MAX_CHARS) {
      return null;
    }
    byte[] hash = sha256(key);
    Holder found = null;
    for (Holder holder : holders) {
      if (MessageDigest.isEqual(holder.key.hash(), hash)) {
        found = holder;
      }
    }
    return found;
  }

  Rate rate() {
    return rate;
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  /** A key and how much of its rate is used up. */
  record Holder(ApiKey key, AtomicLong fullAt) {
    /** Takes one request; 0 when it may be answered, else the nanoseconds until the next may. */
    long take(Rate rate, long now) {
      long[] wait = new long[1];
      fullAt.updateAndGet(
          full -> {
            wait[0] = rate.waitNanos(full, now);
            return wait[0] > 0 ? full : rate.charged(full, now);
          });
      return wait[0];
    }
  }
}
