package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;
import static io.velonx.gateway.backplane.redis.ScriptRunner.failed;

import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Counts connections of users in and out, each under the incarnation of its node: those of a node
 * without a lease do not count. What could not be counted is told to the {@link NodeLease}, as for
 * presence. Threading: any thread.
 */
final class RedisConnections {
  private static final int CALL_OCTETS = 200;

  private final String nodeId;
  private final ScriptRunner scripts;
  private final CommandLanes releasing;
  private final NodeLease lease;

  /**
   * @param scripts in lanes that give up early, because somebody waits at the door
   * @param releasing lanes that are patient
   */
  RedisConnections(String nodeId, ScriptRunner scripts, CommandLanes releasing, NodeLease lease) {
    this.nodeId = nodeId;
    this.scripts = scripts;
    this.releasing = releasing;
    this.lease = lease;
  }

  CompletionStage<Boolean> admit(String userId, long connectionId, UserCap cap) {
    String incarnation = lease.incarnation();
    if (incarnation == null) {
      lease.doubt(null);
      return failed(new BackplaneUnavailableException("no lease", null));
    }
    return scripts
        .<Long>run(
            Script.ADMIT,
            userId,
            List.of(PresenceKeys.connections(userId), PresenceKeys.LEASES),
            bytes(incarnation),
            bytes(name(connectionId)),
            bytes(Integer.toString(cap.most())),
            bytes(cap.whenFull() == WhenFull.REPLACE_OLDEST ? "1" : "0"),
            bytes(userId),
            bytes(NodeTopics.CONTROL_PREFIX))
        .thenApply(RedisConnections::admitted)
        .whenComplete(
            (admitted, failure) -> {
              if (failure != null) {
                lease.doubt(incarnation);
              }
            });
  }

  void release(String userId, long connectionId) {
    String incarnation = lease.incarnation();
    String key = PresenceKeys.connections(userId);
    releasing
        .send(
            userId,
            CALL_OCTETS,
            batch ->
                batch
                    .<byte[], byte[]>getMap(key, ByteArrayCodec.INSTANCE)
                    .fastRemoveAsync(bytes(name(connectionId))))
        .whenComplete(
            (removed, failure) -> {
              if (failure != null) {
                lease.doubt(incarnation);
              }
            });
  }

  private String name(long connectionId) {
    return nodeId + "/" + connectionId;
  }

  private static boolean admitted(Long reply) {
    if (reply < 0) {
      throw new BackplaneUnavailableException("lease has lapsed", null);
    }
    return reply == 1;
  }
}
