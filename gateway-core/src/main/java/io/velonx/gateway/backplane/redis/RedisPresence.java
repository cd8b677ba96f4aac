package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;
import static io.velonx.gateway.backplane.redis.ScriptRunner.failed;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Counts users of this node in and out, under its lease. What could not be counted is told to the
 * {@link NodeLease}, which has everything joined again. Threading: any thread.
 */
final class RedisPresence {
  private final ScriptRunner scripts;
  private final NodeLease lease;

  RedisPresence(ScriptRunner scripts, NodeLease lease) {
    this.scripts = scripts;
    this.lease = lease;
  }

  CompletionStage<Joined> join(Audience audience, String userId) {
    String incarnation = lease.incarnation();
    if (incarnation == null) {
      lease.doubt(null);
      return failed(new BackplaneUnavailableException("no lease", null));
    }
    List<String> keys = new ArrayList<>(PresenceKeys.of(audience, incarnation));
    keys.add(PresenceKeys.LEASES);
    return scripts
        .<List<Object>>run(
            Script.JOIN,
            laneKey(audience, userId),
            keys,
            bytes(incarnation),
            bytes(audience.onlineKey()),
            bytes(userId))
        .thenApply(RedisPresence::joined)
        .whenComplete((joined, failure) -> doubtAfter(failure, incarnation));
  }

  CompletionStage<Left> leave(Audience audience, String userId) {
    String incarnation = lease.incarnation();
    if (incarnation == null) {
      lease.doubt(null);
      return failed(new BackplaneUnavailableException("no lease", null));
    }
    return scripts
        .<List<Object>>run(
            Script.LEAVE,
            laneKey(audience, userId),
            PresenceKeys.of(audience, incarnation),
            bytes(incarnation),
            bytes(audience.onlineKey()),
            bytes(userId))
        .thenApply(reply -> new Left((Long) reply.get(0) == 1, (Long) reply.get(1)))
        .whenComplete((left, failure) -> doubtAfter(failure, incarnation));
  }

  private void doubtAfter(@Nullable Throwable failure, String incarnation) {
    if (failure != null) {
      lease.doubt(incarnation);
    }
  }

  private static Joined joined(List<Object> reply) {
    long first = (Long) reply.get(0);
    if (first < 0) {
      throw new BackplaneUnavailableException("lease has lapsed", null);
    }
    return new Joined(first == 1, (Long) reply.get(1));
  }

  /** Joins and leaves of a user keep their order; everyone online is spread over the lanes. */
  private static String laneKey(Audience audience, String userId) {
    return audience.channel() == null ? userId : audience.channel().text();
  }
}
