package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.OnlineUser;
import java.util.List;

/**
 * Who is online in an audience.
 *
 * @param users all of them, or some when there are many; in no order
 * @param count how many there are
 */
public record Online(List<OnlineUser> users, long count) {
  public Online {
    users = List.copyOf(users);
  }
}
