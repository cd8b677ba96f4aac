package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.protocol.ChannelName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys behind presence. What belongs to a contract set carries that set's name as hash tag.
 *
 * <pre>
 *   users:online                 contract set of user ids
 *   gw:{users:online}:h          user → ",incarnation,incarnation,"
 *   gw:{users:online}:n:INC      users counted in by that incarnation of a node
 *   gw:{users:online}:d          "incarnation user" → status and name, as that node knows him
 *   gw:{node:INC}:audiences      contract sets the incarnation has users in
 *   gw:{user:ID}:c               connection as node/number → "since incarnation"
 *   gw:{user:ID}:b               set of the users he blocks
 *   gw:{blocking}                users who block somebody
 *   gw:{user:ID}:r:ACTION        when a bucket is full again
 *   gw:{revocations}             revocation → when it is over, in epoch ms
 *   gw:{nodes}                   incarnation → end of its lease
 * </pre>
 */
final class PresenceKeys {
  static final String LEASES = "gw:{nodes}";

  static final String BLOCKING = "gw:{blocking}";

  static final String REVOCATIONS = "gw:{revocations}";

  private static final String SUFFIX = ":online";

  private PresenceKeys() {}

  /** Contract set, owners, members, audiences and words, as the scripts want them. */
  static List<String> of(Audience audience, String incarnation) {
    String set = audience.onlineKey();
    return List.of(
        set,
        owners(audience),
        "gw:{" + set + "}:n:" + incarnation,
        audiences(incarnation),
        words(audience));
  }

  /** What nodes say of users; only of everyone online they say anything. */
  static String words(Audience audience) {
    return "gw:{" + audience.onlineKey() + "}:d";
  }

  static String owners(Audience audience) {
    return "gw:{" + audience.onlineKey() + "}:h";
  }

  static String audiences(String incarnation) {
    return "gw:{node:" + incarnation + "}:audiences";
  }

  static String connections(String userId) {
    return "gw:{user:" + userId + "}:c";
  }

  static String blocks(String userId) {
    return "gw:{user:" + userId + "}:b";
  }

  static String bucket(String userId, String action) {
    return "gw:{user:" + userId + "}:r:" + action;
  }

  /** The audience whose contract set has that name, or null when none has. */
  static @Nullable Audience audience(String onlineKey) {
    if (onlineKey.equals(Audience.EVERYONE.onlineKey())) {
      return Audience.EVERYONE;
    }
    if (!onlineKey.endsWith(SUFFIX)) {
      return null;
    }
    ChannelName channel =
        ChannelName.parse(onlineKey.substring(0, onlineKey.length() - SUFFIX.length()));
    return channel == null ? null : Audience.of(channel);
  }
}
