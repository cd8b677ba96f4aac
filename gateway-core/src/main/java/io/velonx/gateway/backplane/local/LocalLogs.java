package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.protocol.Position;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one lane, and the receipts of what was appended.
 *
 * <p>Bounded: beyond {@value #MAX_LOGS} logs or {@value #MAX_OCTETS} octets, the log that nobody
 * looked at for the longest time is forgotten; its readers meet another epoch then, and know.
 *
 * <p>Threading: one thread at a time, that of the lane.
 */
final class LocalLogs {
  /** With 64 lanes, 128k channels. */
  static final int MAX_LOGS = 2048;

  /** With 64 lanes, 256 MiB. */
  static final long MAX_OCTETS = 4L * 1024 * 1024;

  private static final int MAX_RECEIPTS = 1024;

  private final Map<String, LocalLog> logs = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<String, Receipt> receipts = new LinkedHashMap<>();
  private final LongSupplier nowMillis;
  private long octets;

  LocalLogs(LongSupplier nowMillis) {
    this.nowMillis = nowMillis;
  }

  /** Appends, and hands what is to be published to {@code publish}, unless it was before. */
  Appended append(
      LogKey key,
      byte[] envelope,
      Retention retention,
      @Nullable Idempotency idempotency,
      Consumer<byte[]> publish) {
    long now = nowMillis.getAsLong();
    String receiptKey = idempotency == null ? "" : key.text() + " " + idempotency.key();
    Receipt before = receipts.get(receiptKey);
    if (before != null && before.expiresMillis > now) {
      return new Appended(before.position, true, before.text);
    }
    Position position = null;
    byte[] published = envelope;
    if (!retention.keepsNothing()) {
      LocalLog log = log(key);
      octets -= log.octets();
      position = log.next();
      published = Stamp.close(Stamp.open(envelope), position);
      log.add(published, now + retention.age().toMillis(), retention.messages());
      octets += log.octets();
      forgetEldest();
    }
    if (idempotency != null) {
      remember(receiptKey, position, idempotency.receipt(), now);
    }
    publish.accept(published);
    return new Appended(position, false, idempotency == null ? null : idempotency.receipt());
  }

  LogSlice read(LogKey key, long after, int limit) {
    LocalLog log = log(key);
    octets -= log.octets();
    log.forgetOlderThan(nowMillis.getAsLong());
    octets += log.octets();
    LogSlice slice = log.read(after, limit);
    forgetEldest();
    return slice;
  }

  Bookmark mark(LogKey key, String reader, @Nullable Position upTo) {
    LocalLog log = log(key);
    octets -= log.octets();
    Bookmark bookmark = log.mark(reader, upTo, nowMillis.getAsLong());
    octets += log.octets();
    forgetEldest();
    return bookmark;
  }

  private LocalLog log(LogKey key) {
    return logs.computeIfAbsent(key.text(), text -> new LocalLog(Stamp.freshEpoch()));
  }

  /** Never the newest: it is in use. */
  private void forgetEldest() {
    Iterator<LocalLog> eldestFirst = logs.values().iterator();
    while (logs.size() > 1 && (logs.size() > MAX_LOGS || octets > MAX_OCTETS)) {
      octets -= eldestFirst.next().octets();
      eldestFirst.remove();
    }
  }

  private void remember(String key, @Nullable Position position, String text, long now) {
    receipts.remove(key);
    receipts.put(key, new Receipt(position, text, now + Idempotency.WINDOW.toMillis()));
    Iterator<Receipt> eldestFirst = receipts.values().iterator();
    for (Receipt eldest = eldestFirst.next();
        receipts.size() > MAX_RECEIPTS || eldest.expiresMillis <= now;
        eldest = eldestFirst.next()) {
      eldestFirst.remove();
    }
  }

  private record Receipt(@Nullable Position position, String text, long expiresMillis) {}
}
