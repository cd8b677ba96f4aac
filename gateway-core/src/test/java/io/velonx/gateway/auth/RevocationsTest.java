package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.velonx.gateway.auth.Revocations.Status;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private long now = 1_000_000;
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return Instant.ofEpochMilli(now);
        }
      };
  private final Revocations revocations = new Revocations(clock, 3);

  @Test
  void tokensOfAUserAreRevokedThatWereIssuedBefore() {
    revocations.add(Revocation.ofUser("ada", now, HOUR));
    assertEquals(Status.USER_REVOKED, statusOf(token("ada", now - 1, null, null)));
    assertEquals(Status.USER_REVOKED, statusOf(new Principal("ada", null, null, null)));
    assertEquals(Status.IN_FORCE, statusOf(token("ada", now, null, null)));
    assertEquals(Status.IN_FORCE, statusOf(token("bob", now - 1, null, null)));
    now += HOUR.toMillis();
    assertEquals(Status.IN_FORCE, statusOf(token("ada", 0, null, null)));
  }

  @Test
  void bannedUserStaysOutWithWhateverTokenUntilItIsOver() {
    revocations.add(Revocation.ban("ada", now, HOUR));
    now += HOUR.toMillis() - 1;
    assertEquals(Status.USER_REVOKED, statusOf(token("ada", now, null, null)));
    now++;
    assertEquals(Status.IN_FORCE, statusOf(token("ada", now, null, null)));
  }

  @Test
  void banIsTakenBackByOneOfNoTime() {
    revocations.add(Revocation.ban("ada", now, HOUR));
    revocations.add(Revocation.ban("ada", now, Duration.ZERO));
    assertEquals(Status.IN_FORCE, statusOf(token("ada", now, null, null)));
    assertEquals(0, revocations.size());
  }

  @Test
  void sessionAndTokenAreKnownByTheirIds() {
    revocations.add(Revocation.ofSession("s1", now, HOUR));
    revocations.add(Revocation.ofToken("t1", now, HOUR));
    assertEquals(Status.TOKEN_REVOKED, statusOf(token("ada", now, "s1", null)));
    assertEquals(Status.TOKEN_REVOKED, statusOf(token("bob", now, "s2", "t1")));
    assertEquals(Status.IN_FORCE, statusOf(token("ada", now, "t1", "s1")));
    assertEquals(Status.IN_FORCE, statusOf(token("s1", now, null, null)));
  }

  @Test
  void laterEndOfTwoWins() {
    revocations.add(Revocation.ban("ada", now, HOUR));
    revocations.add(Revocation.ban("ada", now, Duration.ofMillis(1)));
    now++;
    assertEquals(Status.USER_REVOKED, statusOf(token("ada", now, null, null)));
    assertEquals(1, revocations.size());
  }

  @Test
  void noMoreAreKeptThanMayAndTheFirstToEndGoes() {
    for (int i = 1; i <= 4; i++) {
      revocations.add(Revocation.ban("u" + i, now, Duration.ofMinutes(i)));
    }
    assertEquals(3, revocations.size());
    assertEquals(Status.IN_FORCE, statusOf(token("u1", now, null, null)));
    assertEquals(Status.USER_REVOKED, statusOf(token("u2", now, null, null)));
  }

  @Test
  void sweepForgetsWhatIsOver() {
    revocations.add(Revocation.ban("ada", now, Duration.ofMinutes(1)));
    revocations.add(Revocation.ban("bob", now, HOUR));
    now += 60_000;
    revocations.sweep();
    assertEquals(1, revocations.size());
  }

  @Test
  void revokedTokenIsRefusedLikeABadOne() {
    LoginPolicy policy =
        LoginPolicy.tokensOnly(
                text -> new Verification.Accepted(new Principal(text, null, null, null)))
            .heeding(revocations);
    assertInstanceOf(Verification.Accepted.class, policy.tokens().verify("ada"));
    revocations.add(Revocation.ban("ada", now, HOUR));
    assertInstanceOf(Verification.Refused.class, policy.tokens().verify("ada"));
    assertInstanceOf(Verification.Accepted.class, policy.tokens().verify("bob"));
  }

  @Test
  void textKeepsEverythingButTheEnd() {
    for (Revocation each :
        new Revocation[] {
          Revocation.ofUser("auth0|a:b", now, HOUR),
          Revocation.ban("ada", now, HOUR),
          Revocation.ofSession("s:1", now, HOUR),
          Revocation.ofToken("\n", now, HOUR)
        }) {
      assertEquals(each, Revocation.parse(each.text(), each.untilMillis()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "B", "B:", "X:ada", "Uada", "U9999999999999999999:ada", "ada"})
  void textOfNobodyIsNone(String text) {
    assertNull(Revocation.parse(text, 1));
  }

  @Test
  void badIdsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Revocation.ban("", now, HOUR));
    assertThrows(IllegalArgumentException.class, () -> Revocation.ofSession("", now, HOUR));
    assertThrows(
        IllegalArgumentException.class, () -> Revocation.ofToken("x".repeat(257), now, HOUR));
  }

  private Status statusOf(Principal principal) {
    return revocations.statusOf(principal);
  }

  private static Principal token(
      String user, long issuedAt, @Nullable String session, @Nullable String id) {
    return new Principal(user, null, null, new Credential(issuedAt, Credential.NEVER, session, id));
  }
}
