package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "https://www.example.org/",
        "https://www.example.org:443",
        "https://www.example.org.evil.com",
        "https://evil.com/https://www.example.org",
        "https://wwwxexample.org",
        "https://example.org",
        "http://www.example.org",
        "HTTPS://www.example.org",
        "https://WWW.example.org",
        "https://user@www.example.org",
        "https://www.example.org, https://evil.com",
        " https://www.example.org",
      })
  void onlyTheVeryOriginIsAllowed(String origin) {
    Origins origins = Origins.of(List.of("https://www.example.org", "http://localhost:3000"));
    assertTrue(origins.allows("https://www.example.org"));
    assertTrue(origins.allows("http://localhost:3000"));
    assertFalse(origins.allows(origin), origin);
  }

  @Test
  void withoutAListEverybodyMayComeButCookiesMayNot() {
    assertTrue(Origins.ANY.allows("https://anything.example"));
    assertFalse(Origins.ANY.isListed());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new LoginPolicy(
                TokenVerifier.REFUSE_ALL,
                cookie -> TokenVerifier.REFUSE_ALL.verify(""),
                Origins.ANY));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000, true",
    "https://127.0.0.1, true",
    "http://[::1]:80, true",
    "http://localhost.evil.com, false",
    "http://evil.com, false",
    "null, false",
  })
  void thisMachineIsRecognised(String origin, boolean allowed) {
    assertEquals(allowed, Origins.LOOPBACK.allows(origin));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://*.example.org",
        "www.example.org",
        "https://www.example.org/",
        "https://Example.org",
        "https://www.example.org:443",
        "http://www.example.org:80",
        "null",
        "wss://www.example.org",
      })
  void whatNoBrowserWritesIsNoSetting(String origin) {
    assertThrows(IllegalArgumentException.class, () -> Origins.of(List.of(origin)));
  }
}
