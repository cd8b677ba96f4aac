package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * Takes what back ends publish in Redis into the history of its channel.
 *
 * <p>Every node that hears a publication appends it under the same key, and Redis carries out the
 * first: no node has to be elected, and none can be missing. Subscribers get what the append
 * publishes, so they see it once, and with its place.
 *
 * <p>The key is made of the octets, and of how often this node has heard them: a back end may well
 * publish the same twice, and nodes hear a channel in one order. Threading: any thread.
 */
public final class Adoption {
  private static final int MAX_SIGHTINGS = 10_000;

  private final AdoptionPolicy policy;
  private final HistoryPolicy history;
  private final Publishing publishing;
  private final LongSupplier nanoTime;
  private final GatewayMetrics metrics;
  private final LinkedHashMap<String, Sighting> sightings = new LinkedHashMap<>();

  public Adoption(
      AdoptionPolicy policy,
      HistoryPolicy history,
      Publishing publishing,
      LongSupplier nanoTime,
      GatewayMetrics metrics) {
    this.policy = policy;
    this.history = history;
    this.publishing = publishing;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
  }

  /**
   * Adopts a publication that came without a place.
   *
   * @param otherwise gives it to the subscribers as it is, when it cannot be kept after all
   * @return false when it is live only
   */
  public boolean adopt(ChannelName channel, Head head, byte[] envelope, Runnable otherwise) {
    boolean worthIt =
        policy.adopts(channel)
            && history.keeps(channel)
            && MessageType.deliveryOf(head.type()) == Delivery.DURABLE
            && !head.numbered();
    if (!worthIt) {
      return false;
    }
    String octets = channel.text() + " " + digest(envelope);
    Idempotency idempotency = new Idempotency("adopt " + octets + " " + count(octets), "");
    publishing
        .publish(channel, head, envelope, idempotency)
        .whenComplete(
            (appended, failure) -> {
              if (failure != null) {
                otherwise.run();
              } else if (!appended.repeated()) {
                metrics.historyAdopted.inc();
              }
            });
    return true;
  }

  /** How often these octets were heard, this time included. */
  private synchronized int count(String octets) {
    long now = nanoTime.getAsLong();
    long oldest = now - Idempotency.WINDOW.toNanos();
    Iterator<Sighting> eldest = sightings.values().iterator();
    while (eldest.hasNext()
        && (eldest.next().sinceNanos - oldest < 0 || sightings.size() >= MAX_SIGHTINGS)) {
      eldest.remove();
    }
    // It keeps its age: keys are forgotten as long after their first use.
    return sightings.merge(octets, new Sighting(1, now), (before, first) -> before.again()).times;
  }

  private static String digest(byte[] envelope) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(envelope);
      byte[] enough = Base64.getEncoder().withoutPadding().encode(Arrays.copyOf(digest, 16));
      return new String(enough, StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  private record Sighting(int times, long sinceNanos) {
    Sighting again() {
      return new Sighting(times + 1, sinceNanos);
    }
  }
}
