package io.velonx.gateway.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits for all readers of the node together, as the heartbeats of its event loops last saw
 * it. A frame that waits for many readers counts for each of them. Threading: any thread.
 */
final class OutboundTotal {
  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong readers = new AtomicLong();

  OutboundTotal(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  long bytes() {
    return bytes.get();
  }

  /** One loop has looked at all its connections once more. */
  void changed(long byBytes, long byReaders) {
    bytes.addAndGet(byBytes);
    readers.addAndGet(byReaders);
  }

  /** The part of what is too much that a loop with so many octets waiting has to give up. */
  long excess(long ofLoop) {
    long all = bytes.get();
    return all <= maxBytes ? 0 : (long) ((double) (all - maxBytes) * ofLoop / all);
  }

  /** What each reader who is behind could have waiting if all had the same. */
  long fairShare() {
    return maxBytes / Math.max(1, readers.get());
  }
}
