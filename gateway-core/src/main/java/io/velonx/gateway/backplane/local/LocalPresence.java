package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.protocol.OnlineUser;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is online, in this process. Threading: any thread; joins and leaves of one audience take
 * turns, so that the first and the last are told exactly once.
 */
final class LocalPresence {
  private final ConcurrentHashMap<Audience, Map<String, OnlineUser>> members =
      new ConcurrentHashMap<>();

  Joined join(Audience audience, String userId) {
    return join(audience, of(Audience.EVERYONE).getOrDefault(userId, nameless(userId)));
  }

  Joined appear(OnlineUser user) {
    return join(Audience.EVERYONE, user);
  }

  private Joined join(Audience audience, OnlineUser user) {
    Joined[] answer = new Joined[1];
    members.compute(
        audience,
        (key, users) -> {
          Map<String, OnlineUser> online = users == null ? new ConcurrentHashMap<>(1) : users;
          OnlineUser before = online.put(user.userId(), user);
          boolean changed =
              audience.equals(Audience.EVERYONE)
                  && before != null
                  && before.status() != user.status();
          answer[0] = new Joined(before == null, online.size(), changed ? user.status() : null);
          return online;
        });
    return answer[0];
  }

  Left leave(Audience audience, String userId) {
    Left[] answer = {new Left(false, 0)};
    members.computeIfPresent(
        audience,
        (key, users) -> {
          boolean last = users.remove(userId) != null;
          answer[0] = new Left(last, users.size());
          return users.isEmpty() ? null : users;
        });
    return answer[0];
  }

  boolean isIn(Audience audience, String userId) {
    return of(audience).containsKey(userId);
  }

  Online online(Audience audience, int most) {
    Map<String, OnlineUser> there = of(audience);
    Map<String, OnlineUser> everyone = of(Audience.EVERYONE);
    List<OnlineUser> some =
        there.values().stream()
            .limit(most)
            .map(user -> everyone.getOrDefault(user.userId(), nameless(user.userId())))
            .toList();
    return new Online(some, there.size());
  }

  void clear() {
    members.clear();
  }

  private static OnlineUser nameless(String userId) {
    return new OnlineUser(userId, null, null);
  }

  private Map<String, OnlineUser> of(Audience audience) {
    return members.getOrDefault(audience, Map.of());
  }
}
