package io.velonx.gateway.limit;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Peers whose word about a client's address counts, as networks: {@code 10.0.0.0/8, ::1}.
 * Threading: any thread; immutable.
 */
public final class TrustedProxies {
  /** Nobody's. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  /** This machine's: who can connect from here can do worse than lie about an address. */
  public static final TrustedProxies LOOPBACK =
      new TrustedProxies(List.of(network("127.0.0.0/8"), network("::1")));

  /** The parameter of {@code Forwarded} that holds the client. Spec: RFC 7239 §5.2. */
  private static final String FOR = "for=";

  private final List<Network> networks;

  private TrustedProxies(List<Network> networks) {
    this.networks = networks;
  }

  /** Fails: {@link IllegalArgumentException} for what is no address or network. */
  public static TrustedProxies of(List<String> networks) {
    return new TrustedProxies(networks.stream().map(TrustedProxies::network).toList());
  }

  public boolean contains(InetAddress address) {
    byte[] octets = address.getAddress();
    for (Network network : networks) {
      if (network.contains(octets)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The client behind proxies: the last address of {@code X-Forwarded-For}, or of {@code
   * Forwarded}, that is none of theirs. Whatever stands before it, the client may have written
   * himself.
   *
   * @param values of all headers of that name, in their order
   * @return null when a proxy wrote something else than addresses, or nothing
   */
  public @Nullable InetAddress clientOf(List<String> values) {
    InetAddress first = null;
    for (int i = values.size() - 1; i >= 0; i--) {
      String value = values.get(i);
      for (int end = value.length(); end >= 0; ) {
        int comma = value.lastIndexOf(',', end - 1);
        InetAddress hop = address(value.substring(comma + 1, end));
        if (hop == null || !contains(hop)) {
          return hop;
        }
        first = hop;
        end = comma;
      }
    }
    return first;
  }

  /** An address, or null: only what is written as one, because a name would be looked up. */
  public static @Nullable InetAddress parse(String text) {
    byte[] octets =
        text.indexOf('%') >= 0 ? null : NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return octets == null ? null : InetAddress.getByAddress(octets);
    } catch (UnknownHostException wrongLength) {
      return null;
    }
  }

  /** The address of one hop: {@code 1.2.3.4}, {@code ::1}, also with a port. */
  private static @Nullable InetAddress address(String hop) {
    String text = hop.strip();
    for (String parameter : text.split(";", -1)) {
      if (parameter.strip().regionMatches(true, 0, FOR, 0, FOR.length())) {
        text = parameter.strip().substring(FOR.length()).replace("\"", "");
      }
    }
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      text = end < 0 ? "" : text.substring(1, end);
    } else if (text.indexOf('.') > 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      int colon = text.indexOf(':');
      text = colon < 0 ? text : text.substring(0, colon);
    }
    return parse(text);
  }

  private static Network network(String text) {
    int slash = text.indexOf('/');
    InetAddress address = parse(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException(text + ": no address");
    }
    byte[] octets = address.getAddress();
    int bits = octets.length * 8;
    try {
      int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix >= 0 && prefix <= bits) {
        return new Network(octets, prefix);
      }
    } catch (NumberFormatException notNumber) {
      // Told below.
    }
    throw new IllegalArgumentException(text.toLowerCase(Locale.ROOT) + ": no network");
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Network(byte[] octets, int prefix) {
    boolean contains(byte[] address) {
      if (address.length != octets.length) {
        return false;
      }
      int whole = prefix / 8;
      if (!Arrays.equals(octets, 0, whole, address, 0, whole)) {
        return false;
      }
      int rest = prefix % 8;
      return rest == 0 || ((octets[whole] ^ address[whole]) & (0xFF00 >> rest) & 0xFF) == 0;
    }
  }
}
