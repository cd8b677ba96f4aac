package io.velonx.gateway.limit;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of the heap's largest pool was still in use after it was last collected, from 0 to 1:
 * what is in use between collections says nothing. Threading: any thread.
 */
final class HeapUse implements DoubleSupplier {
  private final @Nullable MemoryPoolMXBean largest =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
          .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
          .orElse(null);

  @Override
  public double getAsDouble() {
    MemoryUsage usage = largest == null ? null : largest.getCollectionUsage();
    return usage == null || usage.getMax() <= 0 ? 0 : (double) usage.getUsed() / usage.getMax();
  }
}
