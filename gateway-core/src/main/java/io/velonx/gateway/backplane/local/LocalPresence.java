package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is online, in this process. Threading: any thread; joins and leaves of one audience take
 * turns, so that the first and the last are told exactly once.
 */
final class LocalPresence {
  private final ConcurrentHashMap<Audience, Set<String>> members = new ConcurrentHashMap<>();

  Joined join(Audience audience, String userId) {
    Joined[] answer = new Joined[1];
    members.compute(
        audience,
        (key, users) -> {
          Set<String> online = users == null ? ConcurrentHashMap.newKeySet(1) : users;
          boolean first = online.add(userId);
          answer[0] = new Joined(first, online.size());
          return online;
        });
    return answer[0];
  }

  Left leave(Audience audience, String userId) {
    Left[] answer = {new Left(false, 0)};
    members.computeIfPresent(
        audience,
        (key, users) -> {
          boolean last = users.remove(userId);
          answer[0] = new Left(last, users.size());
          return users.isEmpty() ? null : users;
        });
    return answer[0];
  }

  boolean isIn(Audience audience, String userId) {
    Set<String> users = members.get(audience);
    return users != null && users.contains(userId);
  }

  void clear() {
    members.clear();
  }
}
