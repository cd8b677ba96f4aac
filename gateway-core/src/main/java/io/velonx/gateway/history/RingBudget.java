package io.velonx.gateway.history;

import java.util.concurrent.atomic.AtomicLong;

/** The octets that all rings of a node may hold together. Threading: any thread. */
final class RingBudget {
  private final long most;
  private final AtomicLong used = new AtomicLong();

  RingBudget(long most) {
    this.most = most;
  }

  /** Whether there is room for so many; takes it then. */
  boolean take(int octets) {
    if (used.addAndGet(octets) <= most) {
      return true;
    }
    used.addAndGet(-octets);
    return false;
  }

  void giveBack(int octets) {
    used.addAndGet(-octets);
  }

  long used() {
    return used.get();
  }
}
