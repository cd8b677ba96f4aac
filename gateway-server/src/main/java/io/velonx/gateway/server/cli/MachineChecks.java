package io.velonx.gateway.server.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the machine and this shell allow a node. */
final class MachineChecks {
  /** Ten thousand clients, and room for files and Redis. */
  private static final long DESCRIPTORS = 16_384;

  /** What another node sends over in half a second when it is drained at the usual rate. */
  private static final int BACKLOG = 1024;

  private MachineChecks() {}

  static List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(descriptors());
    findings.add(backlog());
    findings.add(transport());
    findings.add(java());
    return findings;
  }

  private static Finding descriptors() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long most = system.getMaxFileDescriptorCount();
      return Finding.of(
          most >= DESCRIPTORS,
          "descriptors",
          most + " in this shell, one for each socket",
          "raise it: ulimit -n 1048576, or LimitNOFILE in the unit of the service");
    }
    return Finding.good("descriptors", "not limited by this system");
  }

  private static Finding backlog() {
    try {
      int most =
          Integer.parseInt(Files.readString(Path.of("/proc/sys/net/core/somaxconn")).strip());
      return Finding.of(
          most >= BACKLOG,
          "backlog",
          most + " sockets may wait for their accept",
          "raise it: sysctl -w net.core.somaxconn=4096");
    } catch (IOException | NumberFormatException notLinux) {
      return Finding.good("backlog", "cannot be read on this system");
    }
  }

  private static Finding transport() {
    return Finding.of(
        Epoll.isAvailable(),
        "transport",
        Epoll.isAvailable() ? "epoll" : "NIO: " + Epoll.unavailabilityCause().getMessage(),
        "on Linux, keep the native libraries in the jar and /tmp writable and executable");
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    return Finding.of(
        version >= 25,
        "java",
        Integer.toString(version),
        "25 has smaller object headers, and each connection is many objects");
  }
}
