package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.BackplaneListener;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out the users of dead nodes. Every step is repeatable and returns each user once, so nodes
 * may reap together, and what fails half-way is taken up again at the next renewal: a lease is
 * forgotten only when nothing is left behind it.
 */
final class Reaper {
  /** Audiences reaped at the same time. */
  private static final int AUDIENCES = 64;

  /** Users one script takes: about 2 ms of Redis, during which it does nothing else. */
  private static final int USERS = 500;

  private static final int CALL_OCTETS = 100;
  private static final Logger log = LoggerFactory.getLogger(Reaper.class);

  private final CommandLanes lanes;
  private final ScriptRunner scripts;
  private final BackplaneListener listener;
  private final ControlThread control;
  private final Set<String> underWay = new HashSet<>();

  Reaper(
      CommandLanes lanes, ScriptRunner scripts, BackplaneListener listener, ControlThread control) {
    this.lanes = lanes;
    this.scripts = scripts;
    this.listener = listener;
    this.control = control;
  }

  /** Reaps an incarnation unless that is under way. Threading: the control thread. */
  void reap(String incarnation) {
    if (!underWay.add(incarnation)) {
      return;
    }
    clear(incarnation, listener::onReaped)
        .whenCompleteAsync(
            (done, failure) -> {
              underWay.remove(incarnation);
              if (failure != null) {
                log.debug("reaping interrupted node={}", incarnation, failure);
              }
            },
            control);
  }

  /** Takes out everyone an incarnation counts in, then forgets its lease. */
  CompletionStage<Void> clear(String incarnation, Sink sink) {
    return someAudiences(incarnation)
        .thenCompose(
            audiences -> {
              if (audiences.isEmpty()) {
                return forget(incarnation);
              }
              CompletableFuture<?>[] cleared =
                  audiences.stream()
                      .map(key -> clear(incarnation, key, sink).toCompletableFuture())
                      .toArray(CompletableFuture<?>[]::new);
              return CompletableFuture.allOf(cleared).thenCompose(done -> clear(incarnation, sink));
            });
  }

  private CompletionStage<Void> clear(String incarnation, String onlineKey, Sink sink) {
    Audience audience = PresenceKeys.audience(onlineKey);
    if (audience == null) {
      return drop(incarnation, onlineKey);
    }
    return scripts
        .<List<Object>>run(
            Script.REAP,
            onlineKey,
            PresenceKeys.of(audience, incarnation),
            bytes(incarnation),
            bytes(onlineKey),
            bytes(Integer.toString(USERS)))
        .thenCompose(
            reply -> {
              List<String> gone = texts(reply.subList(1, reply.size()));
              if (!gone.isEmpty()) {
                sink.accept(audience, gone);
              }
              boolean more = (Long) reply.get(0) > 0;
              return more
                  ? clear(incarnation, onlineKey, sink)
                  : CompletableFuture.completedStage(null);
            });
  }

  private CompletionStage<List<String>> someAudiences(String incarnation) {
    String key = PresenceKeys.audiences(incarnation);
    return lanes
        .send(
            key,
            CALL_OCTETS,
            batch -> batch.<byte[]>getSet(key, ByteArrayCodec.INSTANCE).randomAsync(AUDIENCES))
        .thenApply(Reaper::texts);
  }

  private CompletionStage<Void> drop(String incarnation, String unknown) {
    String key = PresenceKeys.audiences(incarnation);
    return lanes
        .send(
            key,
            CALL_OCTETS,
            batch -> batch.<byte[]>getSet(key, ByteArrayCodec.INSTANCE).removeAsync(bytes(unknown)))
        .thenApply(removed -> null);
  }

  private CompletionStage<Void> forget(String incarnation) {
    return lanes
        .send(
            PresenceKeys.LEASES,
            CALL_OCTETS,
            batch ->
                batch
                    .<byte[]>getScoredSortedSet(PresenceKeys.LEASES, ByteArrayCodec.INSTANCE)
                    .removeAsync(bytes(incarnation)))
        .thenApply(
            removed -> {
              // Of several nodes that reap together, one forgets it.
              if (removed) {
                log.info("lease removed node={}", incarnation);
              }
              return null;
            });
  }

  private static List<String> texts(Collection<?> octets) {
    return octets.stream().map(each -> new String((byte[]) each, StandardCharsets.UTF_8)).toList();
  }

  /** Hears who is online in an audience no more. */
  interface Sink {
    void accept(Audience audience, Collection<String> users);
  }
}
