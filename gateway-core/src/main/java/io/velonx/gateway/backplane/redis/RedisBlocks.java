package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps whom users block, and tells all nodes of changes. Where nobody blocks anybody, newcomers
 * cost no command of Redis. Threading: any thread.
 */
final class RedisBlocks {
  private final ScriptRunner scripts;

  /** Redis was asked, and no change was told since. */
  private volatile boolean unused;

  private long changes;

  RedisBlocks(ScriptRunner scripts) {
    this.scripts = scripts;
  }

  CompletionStage<Void> block(String userId, Set<String> blocked) {
    byte[][] arguments =
        Stream.concat(
                Stream.of(bytes(userId), bytes(NodeTopics.ALL_NODES), NodeTopics.blocked(userId)),
                blocked.stream().map(ScriptRunner::bytes))
            .toArray(byte[][]::new);
    changed();
    return scripts
        .<Long>run(
            Script.BLOCK,
            userId,
            List.of(PresenceKeys.blocks(userId), PresenceKeys.BLOCKING),
            arguments)
        .thenApply(size -> null);
  }

  CompletionStage<Set<String>> blocked(String userId) {
    return scripts
        .<List<Object>>run(Script.BLOCKED, userId, List.of(PresenceKeys.blocks(userId)))
        .thenApply(
            users ->
                users.stream()
                    .map(user -> new String((byte[]) user, StandardCharsets.UTF_8))
                    .collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether there are no lists at all, as far as this node was told. */
  boolean isUnused() {
    return unused;
  }

  /** A list has changed. */
  synchronized void changed() {
    changes++;
    unused = false;
  }

  /** Changes may have been missed until now: asks whether there are lists at all. */
  void look() {
    changed();
    long asked = changesSoFar();
    scripts
        .<Long>run(Script.BLOCKING, PresenceKeys.BLOCKING, List.of(PresenceKeys.BLOCKING))
        .thenAccept(users -> answered(asked, users));
  }

  private synchronized long changesSoFar() {
    return changes;
  }

  private synchronized void answered(long asked, long users) {
    unused = users == 0 && changes == asked;
  }
}
