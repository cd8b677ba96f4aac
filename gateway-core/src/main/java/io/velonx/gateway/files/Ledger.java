package io.velonx.gateway.files;

import io.velonx.gateway.files.FileRefusedException.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who takes how much of the storage, whole files and promised ones. Threading: any thread, under
 * its lock.
 */
final class Ledger {
  /** What a file costs beside its content, so that many small ones are not free. */
  static final long OVERHEAD = 4096;

  private final FileLimits limits;
  private final Map<String, Entry> byId = new HashMap<>();
  private final Map<String, Long> byOwner = new HashMap<>();
  private long bytes;

  Ledger(FileLimits limits) {
    this.limits = limits;
  }

  /** Takes note of a new file. Fails: {@link FileRefusedException} when it is one too many. */
  synchronized void reserve(FileInfo info) {
    long cost = info.size() + OVERHEAD;
    long own = byOwner.getOrDefault(info.ownerId(), 0L);
    if (own + cost > limits.quota()) {
      throw new FileRefusedException(
          Reason.QUOTA,
          "files of one user: at most " + limits.quota() + " octets, " + own + " are taken");
    }
    if (bytes + cost > limits.total()) {
      throw new FileRefusedException(
          Reason.TOTAL, "files of all users: at most " + limits.total() + " octets");
    }
    add(info);
  }

  /** Takes note of a file that is there, whatever the limits say. */
  synchronized void add(FileInfo info) {
    long cost = info.size() + OVERHEAD;
    if (byId.putIfAbsent(info.id(), new Entry(info.ownerId(), cost)) == null) {
      bytes += cost;
      byOwner.merge(info.ownerId(), cost, Long::sum);
    }
  }

  synchronized void remove(String id) {
    Entry gone = byId.remove(id);
    if (gone != null) {
      bytes -= gone.cost;
      byOwner.computeIfPresent(gone.ownerId, (owner, own) -> remaining(own - gone.cost));
    }
  }

  synchronized boolean knows(String id) {
    return byId.containsKey(id);
  }

  synchronized Set<String> ids() {
    return Set.copyOf(byId.keySet());
  }

  synchronized long bytes() {
    return bytes;
  }

  private static @Nullable Long remaining(long own) {
    return own == 0 ? null : own;
  }

  private record Entry(String ownerId, long cost) {}
}
