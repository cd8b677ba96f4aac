package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionCookieTest {
  private static final String NAME = "authjs.session-token";

  @Test
  void cookieIsFoundAmongOthers() {
    assertEquals("abc", tokenIn("theme=dark; " + NAME + "=abc;lang=en"));
    assertEquals("abc", tokenIn("theme=dark", NAME + " = abc "));
  }

  @Test
  void chunksAreJoinedInTheOrderOfTheirNumbers() {
    StringBuilder header = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < SessionCookie.MAX_CHUNKS; i++) {
      header.insert(0, NAME + "." + i + "=<" + i + ">; ");
      expected.append('<').append(i).append('>');
    }
    assertEquals(expected.toString(), tokenIn(header.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "authjs.session-token",
        "xauthjs.session-token=a",
        "authjs.session-tokens=a",
        "AUTHJS.session-token=a",
        "authjs.session-token.x=a",
        "authjs.session-token.00=a",
        "authjs.session-token.-1=a",
        "authjs.callback-url=authjs.session-token",
      })
  void othersAreNoSession(String header) {
    assertNull(SessionCookie.find(List.of(header)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authjs.session-token=a; authjs.session-token=a",
        "authjs.session-token.0=a; authjs.session-token.0=b",
        "authjs.session-token=a; authjs.session-token.0=b",
        "authjs.session-token.1=a",
        "authjs.session-token.0=a; authjs.session-token.2=b",
        "authjs.session-token.0=a; authjs.session-token.16=b",
      })
  void whatCanBePutTogetherInTwoWaysOrNoneIsNoToken(String header) {
    SessionCookie found = SessionCookie.find(List.of(header));
    assertNotNull(found);
    assertNull(found.token());
  }

  @Test
  void secureNamesAndNewerSchemesComeFirst() {
    String all =
        "next-auth.session-token=4; __Secure-next-auth.session-token=3;"
            + " authjs.session-token=2; __Secure-authjs.session-token=1";
    assertEquals("1", tokenIn(all));
    assertEquals("2", tokenIn(all.substring(0, all.lastIndexOf(';'))));
    assertEquals("4", tokenIn("next-auth.session-token=4"));
  }

  private static String tokenIn(String... headers) {
    SessionCookie found = SessionCookie.find(List.of(headers));
    assertNotNull(found);
    assertNull(found.problem());
    assertNotNull(found.token());
    return found.token();
  }
}
