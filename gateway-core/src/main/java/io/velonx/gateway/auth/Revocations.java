package io.velonx.gateway.auth;

import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.time.Clock;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocations this node knows of: asked at every login, and for every open connection when one
 * is added. Threading: any thread; asking never waits.
 */
public final class Revocations {
  /** Some megabytes. A site that revokes more in a month would rather let tokens end sooner. */
  public static final int MOST = 50_000;

  private static final Logger log = LoggerFactory.getLogger(Revocations.class);

  private final Clock clock;
  private final int most;
  private final Map<Revocation.Kind, ConcurrentHashMap<String, Revocation>> byKind =
      new EnumMap<>(Revocation.Kind.class);
  // So that a node without revocations asks nothing else.
  private volatile int size;

  public Revocations(Clock clock) {
    this(clock, MOST);
  }

  Revocations(Clock clock, int most) {
    this.clock = clock;
    this.most = most;
    for (Revocation.Kind kind : Revocation.Kind.values()) {
      byKind.put(kind, new ConcurrentHashMap<>());
    }
  }

  /** Heeds a revocation until it is over; of two for one id, the one that ends later. */
  public void add(Revocation revocation) {
    ConcurrentHashMap<String, Revocation> known = of(revocation.kind());
    if (isOver(revocation)) {
      known.remove(revocation.id());
    } else {
      if (size >= most) {
        makeRoom();
      }
      known.merge(
          revocation.id(),
          revocation,
          (one, other) -> one.untilMillis() > other.untilMillis() ? one : other);
    }
    recount();
  }

  /** Whether this principal is still somebody. */
  public Status statusOf(Principal principal) {
    if (size == 0) {
      return Status.IN_FORCE;
    }
    Credential credential = principal.credential();
    Revocation ofUser = holds(Revocation.Kind.USER, principal.userId());
    long issuedAt = credential == null ? 0 : credential.issuedAtMillis();
    if (holds(Revocation.Kind.BAN, principal.userId()) != null
        || (ofUser != null && issuedAt < ofUser.issuedBeforeMillis())) {
      return Status.USER_REVOKED;
    }
    return credential != null
            && (holds(Revocation.Kind.SESSION, credential.sessionId()) != null
                || holds(Revocation.Kind.TOKEN, credential.tokenId()) != null)
        ? Status.TOKEN_REVOKED
        : Status.IN_FORCE;
  }

  /** The same outcome, unless the principal is nobody any more. */
  Verification heeded(Verification verification) {
    Principal principal = verification.principalOrNull();
    return principal == null || statusOf(principal) == Status.IN_FORCE
        ? verification
        : new Verification.Refused("it is revoked");
  }

  /** Forgets what is over. */
  public void sweep() {
    byKind.values().forEach(known -> known.values().removeIf(this::isOver));
    recount();
  }

  public int size() {
    return size;
  }

  private @Nullable Revocation holds(Revocation.Kind kind, @Nullable String id) {
    Revocation found = id == null ? null : of(kind).get(id);
    return found == null || isOver(found) ? null : found;
  }

  private boolean isOver(Revocation revocation) {
    return revocation.untilMillis() <= clock.millis();
  }

  private ConcurrentHashMap<String, Revocation> of(Revocation.Kind kind) {
    ConcurrentHashMap<String, Revocation> known = byKind.get(kind);
    if (known == null) {
      throw new AssertionError(kind);
    }
    return known;
  }

  /** Lets go of the one that would be over first. */
  private void makeRoom() {
    sweep();
    if (size >= most) {
      byKind.values().stream()
          .flatMap(known -> known.values().stream())
          .min(Comparator.comparingLong(Revocation::untilMillis))
          .ifPresent(first -> of(first.kind()).remove(first.id(), first));
      recount();
      log.warn("too many revocations, the one that ends first is forgotten most={}", most);
    }
  }

  private void recount() {
    size = byKind.values().stream().mapToInt(ConcurrentHashMap::size).sum();
  }

  /** What revocations say of a principal. */
  public enum Status {
    IN_FORCE,
    /** The user was kicked or is banned. */
    USER_REVOKED,
    /** The token itself or its session. */
    TOKEN_REVOKED
  }
}
