package io.velonx.gateway.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test that allocated a buffer and never released it. Registered for every test through
 * {@code META-INF/services}.
 */
public final class LeakExtension implements BeforeEachCallback, AfterEachCallback {
  /** Buffers on their way through a socket are released within this time, on a busy machine too. */
  private static final Duration SETTLE = Duration.ofSeconds(20);

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put("mark", OpenBufferDetector.mark());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    long mark = context.getStore(NAMESPACE).get("mark", Long.class);
    List<Throwable> open = new ArrayList<>();
    try {
      Awaitility.await()
          .atMost(SETTLE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                open.clear();
                open.addAll(OpenBufferDetector.openSince(mark));
                return open.isEmpty();
              });
    } catch (ConditionTimeoutException leaked) {
      AssertionError failure = new AssertionError(open.size() + " buffers were never released");
      open.stream().limit(3).forEach(failure::addSuppressed);
      throw failure;
    }
  }
}
