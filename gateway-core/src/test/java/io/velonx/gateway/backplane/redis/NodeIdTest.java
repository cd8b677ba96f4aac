package io.velonx.gateway.backplane.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class NodeIdTest {
  private final Random random = new Random(1);

  @Test
  void restartedNodeHasAnotherId() {
    NodeId first = NodeId.create("gw-1", random);
    assertTrue(first.text().startsWith("gw-1-"));
    assertNotEquals(first, NodeId.create("gw-1", random));
  }

  @Test
  void whatWouldBreakAKeyIsReplaced() {
    assertTrue(NodeId.create("a{b}~c,d*", random).text().startsWith("a-b--c-d--"));
    assertEquals(64, NodeId.create("n".repeat(500), random).text().lastIndexOf('-'));
    assertThrows(IllegalArgumentException.class, () -> new NodeId("a~1"));
    assertThrows(IllegalArgumentException.class, () -> new NodeId(""));
  }
}
