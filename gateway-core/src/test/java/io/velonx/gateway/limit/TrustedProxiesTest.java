package io.velonx.gateway.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  private final TrustedProxies proxies =
      TrustedProxies.of(List.of("10.0.0.0/8", "192.0.2.128/25", "fd00::/8", "203.0.113.7"));

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, true", "11.0.0.0, false", "192.0.2.127, false", "192.0.2.128, true",
    "fd12::1, true", "fe00::1, false", "203.0.113.7, true", "203.0.113.8, false",
  })
  void networksHoldWhatTheirPrefixSays(String address, boolean trusted) {
    assertEquals(trusted, proxies.contains(address(address)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "198.51.100.1                       | 198.51.100.1",
        "6.6.6.6, 198.51.100.1              | 198.51.100.1",
        "6.6.6.6, 198.51.100.1, 10.0.0.9    | 198.51.100.1",
        "junk, 198.51.100.1:4711 , 10.0.0.9 | 198.51.100.1",
        "2001:db8::7                        | 2001:db8::7",
        "[2001:db8::7]:443                  | 2001:db8::7",
        "::ffff:198.51.100.1                | 198.51.100.1",
        "10.0.0.1, 10.0.0.2                 | 10.0.0.1",
        "for=198.51.100.1;proto=https       | 198.51.100.1",
        "proto=https;For=\"[2001:db8::7]:1\", for=10.0.0.1 | 2001:db8::7",
      })
  void clientIsTheLastWhoIsNoProxy(String header, String client) {
    assertEquals(address(client), proxies.clientOf(List.of(header)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ",", "unknown", "1.2.3.4, _hidden", "localhost", "1.2.3", "fe80::1%eth0", "["})
  void whatIsNoAddressIsNobody(String header) {
    assertNull(proxies.clientOf(List.of(header)));
  }

  @Test
  void severalHeadersAreOneList() {
    assertEquals(
        address("198.51.100.1"),
        proxies.clientOf(List.of("6.6.6.6", "198.51.100.1", "10.0.0.1, 10.0.0.2")));
    assertNull(proxies.clientOf(List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::1/129"})
  void whatIsNoNetworkIsRefused(String network) {
    assertThrows(IllegalArgumentException.class, () -> TrustedProxies.of(List.of(network)));
  }

  @Test
  void addressesOfOneSubscriberAreOne() {
    assertEquals(
        AddressLimits.key(address("2001:db8:1:2::1")),
        AddressLimits.key(address("2001:db8:1:2:ffff::9")));
    assertNotEquals(
        AddressLimits.key(address("2001:db8:1:2::1")),
        AddressLimits.key(address("2001:db8:1:3::1")));
    assertNotEquals(
        AddressLimits.key(address("127.0.0.1")), AddressLimits.key(address("127.0.0.2")));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByAddress(
          Objects.requireNonNull(NetUtil.createByteArrayFromIpAddressString(text)));
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
