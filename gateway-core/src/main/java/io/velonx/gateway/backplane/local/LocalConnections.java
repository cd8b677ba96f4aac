package io.velonx.gateway.backplane.local;

import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The connections of each user, oldest first. Threading: any thread. */
final class LocalConnections {
  // Plain arrays: most users have one connection, and none has more than the cap.
  private final ConcurrentHashMap<String, long[]> byUser = new ConcurrentHashMap<>();

  /**
   * Counts a connection in; without a cap nobody is counted.
   *
   * @return false when the user has as many as he may
   */
  boolean admit(String userId, long connectionId, UserCap cap, Replaced replaced) {
    if (cap.most() <= 0) {
      return true;
    }
    boolean[] admitted = {true};
    long[][] gone = {{}};
    byUser.compute(
        userId,
        (user, known) -> {
          if (known == null) {
            return new long[] {connectionId};
          }
          if (contains(known, connectionId)) {
            return known;
          }
          if (known.length < cap.most()) {
            return appended(known, connectionId);
          }
          if (cap.whenFull() == WhenFull.REJECT) {
            admitted[0] = false;
            return known;
          }
          gone[0] = new long[] {known[0]};
          return appended(Arrays.copyOfRange(known, 1, known.length), connectionId);
        });
    // Not inside: who hears of it may come back here.
    for (long each : gone[0]) {
      replaced.accept(userId, each);
    }
    return admitted[0];
  }

  void release(String userId, long connectionId) {
    byUser.computeIfPresent(userId, (user, known) -> without(known, connectionId));
  }

  private static boolean contains(long[] connections, long connectionId) {
    return LongStream.of(connections).anyMatch(each -> each == connectionId);
  }

  private static long[] appended(long[] connections, long connectionId) {
    long[] longer = Arrays.copyOf(connections, connections.length + 1);
    longer[connections.length] = connectionId;
    return longer;
  }

  private static long @Nullable [] without(long[] connections, long connectionId) {
    long[] rest = LongStream.of(connections).filter(each -> each != connectionId).toArray();
    return rest.length == 0 ? null : rest;
  }

  /** Hears of a connection that made room. */
  interface Replaced {
    void accept(String userId, long connectionId);
  }
}
