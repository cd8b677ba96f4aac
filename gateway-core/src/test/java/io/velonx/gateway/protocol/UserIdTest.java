package io.velonx.gateway.protocol;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "clx0abc",
        "a+b@example.com",
        "auth0|123",
        "caf\u00e9",
        "\ud83d\ude00",
        "a/b"
      })
  void whatIssuersOfTokensUseIsAUserId(String id) {
    assertTrue(UserId.isValid(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "a\nb",
        "a\u0000",
        "{a}",
        "a*",
        "a?",
        "\ud800",
        "a\u2028b",
        "a\u00a0"
      })
  void whatCouldReachAnotherKeyOrLineIsNone(String id) {
    assertFalse(UserId.isValid(id));
  }

  @Test
  void itIsAtMost128Characters() {
    assertTrue(UserId.isValid("u".repeat(128)));
    assertFalse(UserId.isValid("u".repeat(129)));
  }
}
