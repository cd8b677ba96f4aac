package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;
import static io.velonx.gateway.backplane.redis.ScriptRunner.failed;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.UserStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts users of this node in and out, under its lease. What could not be counted is told to the
 * {@link NodeLease}, which has everything joined again. Threading: any thread.
 */
final class RedisPresence {
  /** What the answer for one user takes, about. */
  private static final int USER_OCTETS = 40;

  /** Greater than {@link #AWAY}, which is how the scripts compare them. */
  private static final char ACTIVE = '1';

  private static final char AWAY = '0';

  private final ScriptRunner scripts;
  private final ScriptRunner reading;
  private final NodeLease lease;

  RedisPresence(ScriptRunner scripts, ScriptRunner reading, NodeLease lease) {
    this.scripts = scripts;
    this.reading = reading;
    this.lease = lease;
  }

  CompletionStage<Joined> join(Audience audience, String userId) {
    return join(audience, List.of(userId));
  }

  CompletionStage<Joined> appear(OnlineUser user) {
    String name = user.userName() == null ? user.userId() : user.userName();
    char status = user.status() == UserStatus.AWAY ? AWAY : ACTIVE;
    return join(Audience.EVERYONE, List.of(user.userId(), status + name));
  }

  /** In two steps, because in a cluster of Redis the keys of the two may be apart. */
  CompletionStage<Online> online(Audience audience, int most) {
    String set = audience.onlineKey();
    return reading
        .<List<Object>>run(
            Script.MEMBERS, set, most * USER_OCTETS, List.of(set), bytes(Integer.toString(most)))
        .thenCompose(
            reply -> {
              List<byte[]> users =
                  reply.subList(1, reply.size()).stream().map(each -> (byte[]) each).toList();
              return describe(set, users)
                  .thenApply(known -> new Online(known, (Long) reply.get(0)));
            });
  }

  private CompletionStage<List<OnlineUser>> describe(String laneKey, List<byte[]> users) {
    if (users.isEmpty()) {
      return CompletableFuture.completedStage(List.of());
    }
    List<String> keys =
        List.of(PresenceKeys.owners(Audience.EVERYONE), PresenceKeys.words(Audience.EVERYONE));
    return reading
        .<List<Object>>run(
            Script.DESCRIBE,
            laneKey,
            users.size() * USER_OCTETS,
            keys,
            users.toArray(byte[][]::new))
        .thenApply(
            words ->
                IntStream.range(0, users.size())
                    .mapToObj(i -> described(text(users.get(i)), text(words.get(i))))
                    .toList());
  }

  private static OnlineUser described(String userId, String word) {
    return word.isEmpty()
        ? new OnlineUser(userId, null, null)
        : new OnlineUser(userId, word.substring(1), status(word));
  }

  private static UserStatus status(String word) {
    return word.charAt(0) == ACTIVE ? UserStatus.ACTIVE : UserStatus.AWAY;
  }

  private static String text(Object octets) {
    return new String((byte[]) octets, StandardCharsets.UTF_8);
  }

  /**
   * @param user his id, and what this node says of him
   */
  private CompletionStage<Joined> join(Audience audience, List<String> user) {
    String incarnation = lease.incarnation();
    if (incarnation == null) {
      lease.doubt(null);
      return failed(new BackplaneUnavailableException("no lease", null));
    }
    List<String> keys = new ArrayList<>(PresenceKeys.of(audience, incarnation));
    keys.add(PresenceKeys.LEASES);
    List<byte[]> arguments =
        new ArrayList<>(List.of(bytes(incarnation), bytes(audience.onlineKey())));
    user.forEach(each -> arguments.add(bytes(each)));
    return scripts
        .<List<Object>>run(
            Script.JOIN, laneKey(audience, user.get(0)), keys, arguments.toArray(byte[][]::new))
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
    String changed = text(reply.get(2));
    return new Joined(first == 1, (Long) reply.get(1), changed.isEmpty() ? null : status(changed));
  }

  /** Joins and leaves of a user keep their order; everyone online is spread over the lanes. */
  private static String laneKey(Audience audience, String userId) {
    return audience.channel() == null ? userId : audience.channel().text();
  }
}
