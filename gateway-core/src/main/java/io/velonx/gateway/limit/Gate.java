package io.velonx.gateway.limit;

/**
 * Everything that is asked before a socket becomes a connection. Threading: any thread.
 *
 * @param proxyProtocol whether trusted proxies begin with a header of the PROXY protocol
 * @param clientAddressHeader where a trusted proxy writes the addresses, as {@code X-Forwarded-For}
 */
public record Gate(
    NodeLimits node,
    AddressLimits addresses,
    TrustedProxies proxies,
    boolean proxyProtocol,
    String clientAddressHeader,
    UserAdmission users) {
  /** The gate of a node with these limits. */
  public static Gate of(LimitConfig config, UserAdmission users) {
    return new Gate(
        new NodeLimits(config),
        new AddressLimits(config),
        config.trustedProxies(),
        config.proxyProtocol(),
        config.clientAddressHeader(),
        users);
  }
}
