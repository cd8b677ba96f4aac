package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps whom users block, and tells all nodes of changes. Threading: any thread. */
final class RedisBlocks {
  private final ScriptRunner scripts;

  RedisBlocks(ScriptRunner scripts) {
    this.scripts = scripts;
  }

  CompletionStage<Void> block(String userId, Set<String> blocked) {
    byte[][] arguments =
        Stream.concat(
                Stream.of(bytes(NodeTopics.ALL_NODES), NodeTopics.blocked(userId)),
                blocked.stream().map(ScriptRunner::bytes))
            .toArray(byte[][]::new);
    return scripts
        .<Long>run(Script.BLOCK, userId, List.of(PresenceKeys.blocks(userId)), arguments)
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
}
