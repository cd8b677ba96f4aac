package io.velonx.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.protocol.ChannelName;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
  private static final ChannelName ROOM = ChannelName.room("a");

  private final MessageIds ids = new MessageIds(new byte[32]);

  @Test
  void idProvesItsAuthorAndChannelAndNobodyElse() {
    String id = ids.mint(ROOM, "anna");
    assertTrue(ids.isBy(id, ROOM, "anna"));
    assertTrue(new MessageIds(new byte[32]).isBy(id, ROOM, "anna"), "on another node");
    assertFalse(ids.isBy(id, ROOM, "bert"));
    assertFalse(ids.isBy(id, ChannelName.group("a"), "anna"));
    byte[] otherKey = new byte[32];
    otherKey[0] = 1;
    assertFalse(new MessageIds(otherKey).isBy(id, ROOM, "anna"));
  }

  @Test
  void idsDiffer() {
    assertNotEquals(ids.mint(ROOM, "anna"), ids.mint(ROOM, "anna"));
  }

  @Test
  void whatIsNoIdIsNobodys() {
    for (String id : new String[] {"", "x", "****", "a".repeat(32), "clx0mongo"}) {
      assertFalse(ids.isBy(id, ROOM, "anna"), id);
    }
  }
}
