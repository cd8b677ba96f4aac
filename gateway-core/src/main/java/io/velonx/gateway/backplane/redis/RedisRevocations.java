package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.auth.Revocations;
import io.velonx.gateway.backplane.BackplaneListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps revocations in Redis until they are over, tells all nodes of them, and reads them for a
 * node that could not hear. Threading: any thread; {@link #load} the control thread.
 */
final class RedisRevocations {
  /** About 60 octets each. */
  private static final int ANSWER_OCTETS = 1 << 20;

  private static final Logger log = LoggerFactory.getLogger(RedisRevocations.class);

  private final ScriptRunner scripts;
  private final BackplaneListener listener;
  private final Backoff backoff;
  private final ControlThread control;
  private int failures;

  RedisRevocations(
      ScriptRunner scripts, BackplaneListener listener, Backoff backoff, ControlThread control) {
    this.scripts = scripts;
    this.listener = listener;
    this.backoff = backoff;
    this.control = control;
  }

  /** This node heeds it when that completes; by the topic it may come later. */
  CompletionStage<Void> revoke(Revocation revocation) {
    return scripts
        .<Long>run(
            Script.REVOKE,
            PresenceKeys.REVOCATIONS,
            List.of(PresenceKeys.REVOCATIONS),
            bytes(revocation.text()),
            bytes(Long.toString(revocation.untilMillis())),
            bytes(Integer.toString(Revocations.MOST)),
            bytes(NodeTopics.ALL_NODES),
            NodeTopics.revoked(revocation))
        .thenAccept(kept -> listener.onRevoked(List.of(revocation)));
  }

  /** Hands everything that is kept to the listener, as often as it takes to read it. */
  void load() {
    scripts
        .<List<Object>>run(
            Script.REVOKED,
            PresenceKeys.REVOCATIONS,
            ANSWER_OCTETS,
            List.of(PresenceKeys.REVOCATIONS))
        .whenCompleteAsync(
            (kept, failure) -> {
              if (failure == null) {
                failures = 0;
                listener.onRevoked(parse(kept));
              } else {
                log.debug("revocations not read cause={}", ScriptRunner.describe(failure));
                control.after(backoff.after(++failures), this::load);
              }
            },
            control);
  }

  /** Names and ends by turns. */
  private static List<Revocation> parse(List<Object> kept) {
    List<Revocation> revocations = new ArrayList<>(kept.size() / 2);
    for (int i = 0; i + 1 < kept.size(); i += 2) {
      Revocation revocation =
          Revocation.parse(text(kept.get(i)), (long) Double.parseDouble(text(kept.get(i + 1))));
      if (revocation != null) {
        revocations.add(revocation);
      }
    }
    return revocations;
  }

  private static String text(Object octets) {
    return new String((byte[]) octets, StandardCharsets.UTF_8);
  }
}
