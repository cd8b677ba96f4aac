package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Logs in Redis: the hash {@code gw:{LOG}:m} holds epoch and tip, the list {@code gw:{LOG}:h} the
 * newest entries, {@code gw:{LOG}:i:KEY} the receipt of an append that may be repeated, the hash
 * {@code gw:{LOG}:r} where its readers stand. The tag keeps all of them, and the topic of a
 * channel, in one slot. Threading: any thread.
 */
final class RedisLogs {
  /** What an entry takes in an answer, about; a long answer must not share a batch with many. */
  private static final int ENTRY_OCTETS = 512;

  private final ScriptRunner appending;
  private final ScriptRunner reading;

  /**
   * Two kinds of lanes, so that long answers never delay publications.
   *
   * @param appending shared with plain publications, which keeps the order of both
   */
  RedisLogs(ScriptRunner appending, ScriptRunner reading) {
    this.appending = appending;
    this.reading = reading;
  }

  CompletionStage<Appended> append(
      LogKey log, byte[] envelope, Retention retention, @Nullable Idempotency idempotency) {
    List<String> keys = keys(log);
    if (idempotency != null) {
      keys.add("gw:{" + log + "}:i:" + idempotency.key());
    }
    ChannelName channel = log.channel();
    return appending
        .<List<Object>>run(
            Script.APPEND,
            log.text(),
            keys,
            retention.keepsNothing() ? envelope : Stamp.open(envelope),
            bytes(Integer.toString(retention.messages())),
            bytes(Long.toString(retention.age().toMillis())),
            bytes(Stamp.freshEpoch()),
            bytes(channel == null ? "" : channel.text()),
            bytes(idempotency == null ? "" : idempotency.receipt()),
            bytes(Long.toString(Idempotency.WINDOW.toMillis())))
        .thenApply(reply -> appended(reply, idempotency != null));
  }

  CompletionStage<LogSlice> read(LogKey log, long after, int limit, @Nullable Position seen) {
    return reading
        .<List<Object>>run(
            Script.READ,
            log.text(),
            limit * ENTRY_OCTETS,
            keys(log),
            bytes(Long.toString(after)),
            bytes(Integer.toString(limit)),
            bytes(Stamp.freshEpoch()),
            bytes(seen == null ? "" : seen.epoch()),
            bytes(seen == null ? "0" : Long.toString(seen.offset())))
        .thenApply(RedisLogs::slice);
  }

  CompletionStage<Bookmark> mark(LogKey log, String reader, @Nullable Position upTo) {
    List<String> keys = keys(log);
    keys.add("gw:{" + log + "}:r");
    return reading
        .<List<Object>>run(
            Script.MARK,
            log.text(),
            keys,
            bytes(reader),
            bytes(upTo == null ? "" : upTo.epoch()),
            bytes(upTo == null ? "0" : Long.toString(upTo.offset())),
            bytes(Stamp.freshEpoch()),
            bytes(Long.toString(Bookmark.LIFE.toMillis())),
            bytes(Integer.toString(Bookmark.MAX_READERS)))
        .thenApply(
            reply ->
                new Bookmark(
                    new Position(text(reply.get(0)), (Long) reply.get(1)),
                    (Long) reply.get(2) == 1));
  }

  private static Appended appended(List<Object> reply, boolean withReceipt) {
    long offset = (Long) reply.get(0);
    return new Appended(
        offset == 0 ? null : new Position(text(reply.get(1)), offset),
        (Long) reply.get(2) == 1,
        withReceipt ? text(reply.get(3)) : null);
  }

  private static LogSlice slice(List<Object> reply) {
    List<byte[]> entries = new ArrayList<>(reply.size() - 4);
    for (Object row : reply.subList(4, reply.size())) {
      entries.add(withoutExpiry((byte[]) row));
    }
    return new LogSlice(
        text(reply.get(0)), (Long) reply.get(1), (Long) reply.get(2), (Long) reply.get(3), entries);
  }

  private static byte[] withoutExpiry(byte[] row) {
    int colon = 0;
    while (row[colon] != ':') {
      colon++;
    }
    return Arrays.copyOfRange(row, colon + 1, row.length);
  }

  private static List<String> keys(LogKey log) {
    return new ArrayList<>(List.of("gw:{" + log + "}:m", "gw:{" + log + "}:h"));
  }

  private static String text(Object octets) {
    return new String((byte[]) octets, StandardCharsets.UTF_8);
  }
}
