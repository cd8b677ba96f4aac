package io.velonx.gateway.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.Gateway;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * What the node runs on. It decides how fast the node is, and is easily not what was meant: a
 * missing native library means NIO, a small container the serial collector.
 */
record Machinery(
    String java, String transport, String collector, String allocator, boolean compactHeaders) {
  private static final List<String> COLLECTORS = List.of("G1", "Parallel", "Serial", "Z");

  static Machinery of(Gateway gateway) {
    return new Machinery(
        Version.java(),
        gateway.transport().name().toLowerCase(Locale.ROOT),
        COLLECTORS.stream().filter(name -> isOn("Use" + name + "GC")).findFirst().orElse("other"),
        ByteBufAllocator.DEFAULT
            .getClass()
            .getSimpleName()
            .replace("ByteBufAllocator", "")
            .toLowerCase(Locale.ROOT),
        isOn("UseCompactObjectHeaders"));
  }

  private static boolean isOn(String flag) {
    try {
      return Boolean.parseBoolean(
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption(flag)
              .getValue());
    } catch (IllegalArgumentException unknownToThisJvm) {
      return false;
    }
  }
}
