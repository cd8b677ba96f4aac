package io.velonx.gateway.server.api;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages from reaching a port of this machine under a name of their own that they let
 * point here (DNS rebinding): on a loopback address, only its own names are answered.
 */
final class HostCheck {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean loopbackOnly;
  private final String ownName;

  private HostCheck(boolean loopbackOnly, String ownName) {
    this.loopbackOnly = loopbackOnly;
    this.ownName = ownName.toLowerCase(Locale.ROOT);
  }

  /** For a listener that was told to listen on that name and found that address. */
  static HostCheck of(String name, @Nullable InetAddress address) {
    return new HostCheck(address != null && address.isLoopbackAddress(), name);
  }

  /** Whether a request with that Host header may be answered. */
  boolean allows(@Nullable String host) {
    if (!loopbackOnly) {
      return true;
    }
    if (host == null) {
      return false;
    }
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    String name = (hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    return LOOPBACK_NAMES.contains(name) || name.equals(ownName);
  }
}
