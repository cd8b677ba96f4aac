package io.velonx.gateway.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.TestConnection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SubscriptionTableTest {
  @Test
  void tableAgreesWithAPlainMap() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TestConnection connection = new TestConnection(1, "u");
    SubscriptionTable table = new SubscriptionTable();
    Map<ChannelName, Subscription> model = new HashMap<>();
    for (int step = 0; step < 100_000; step++) {
      ChannelName name = ChannelName.room("r" + random.nextInt(1 + step / 1000));
      if (random.nextBoolean() && !model.containsKey(name)) {
        Subscription added = new Subscription(connection.connection(), name);
        table.add(added);
        model.put(name, added);
      } else if (random.nextBoolean()) {
        assertSame(model.remove(name), table.remove(name), "seed " + seed);
      }
      assertSame(model.get(name), table.get(name), "seed " + seed);
      assertEquals(model.size(), table.size(), "seed " + seed);
    }
    Set<Subscription> walked = new HashSet<>();
    table.forEach(walked::add);
    assertEquals(new HashSet<>(model.values()), walked);
    connection.close();
  }
}
