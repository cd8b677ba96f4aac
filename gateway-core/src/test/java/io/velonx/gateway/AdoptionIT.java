package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.history.AdoptionPolicy;
import io.velonx.gateway.testing.HistoryReader;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What back ends publish in Redis, in channels that adopt it. */
@Timeout(60)
class AdoptionIT {
  private static final Logger log = LoggerFactory.getLogger(AdoptionIT.class);
  private static final Pattern SCRIPT_COST =
      Pattern.compile("cmdstat_evalsha:calls=(\\d+),usec=(\\d+)");

  private final RedisServer redis = RedisServer.start();
  private final RedisClient backEnd = redis.connect();
  private final List<TestNode> nodes = new ArrayList<>();

  @BeforeEach
  void start() {
    nodes.add(node("one"));
    nodes.add(node("two"));
    nodes.add(node("three"));
    for (TestNode node : nodes) {
      await().until(() -> node.gateway().backplaneState() == BackplaneState.UP);
    }
  }

  @AfterEach
  void stop() {
    nodes.forEach(TestNode::close);
    backEnd.close();
    redis.close();
  }

  @Test
  void adoptedPublicationIsKeptOnceAndDeliveredOnceWithItsPlace() {
    List<HistoryReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        HistoryReader reader = new HistoryReader("user" + i, "room:chat-a");
        readers.add(reader);
        reader.connect(nodes.get(i));
      }
      int count = 200;
      // With the first, Redis learns the script; what follows keeps its order from then on.
      publish("room:chat-a", chat(1));
      readers.get(0).readTo(1);
      for (int i = 2; i <= count; i++) {
        publish("room:chat-a", chat(i));
      }
      for (HistoryReader reader : readers) {
        reader.readTo(count);
        assertEquals(count, reader.publications().size());
        assertEquals(List.of(), reader.unplaced());
        for (int i = 1; i <= count; i++) {
          assertEquals(i, reader.publications().get(i - 1).at("/payload/id").asInt());
        }
      }
      assertEquals("" + count, backEnd.call("HGET", "gw:{room:chat-a}:m", "o"));
      await().until(() -> adopted() == count);
      // Who was away gets it as anything else.
      readers.get(0).drop();
      publish("room:chat-a", chat(count + 1));
      readers.get(1).readTo(count + 1);
      JsonNode ack = readers.get(0).connect(nodes.get(1));
      assertEquals(1, ack.path("missed").asInt(), ack.toString());
      readers.get(0).readTo(count + 1);
    } finally {
      readers.forEach(HistoryReader::close);
    }
  }

  @Test
  void sameOctetsPublishedTwiceAreTwoPublications() {
    try (HistoryReader here = new HistoryReader("anna", "room:chat-a");
        HistoryReader there = new HistoryReader("bert", "room:chat-a")) {
      here.connect(nodes.get(0));
      there.connect(nodes.get(1));
      for (int i = 0; i < 3; i++) {
        publish("room:chat-a", chat(7));
      }
      here.readTo(3);
      there.readTo(3);
      await().until(() -> adopted() == 3);
      assertEquals("3", backEnd.call("HGET", "gw:{room:chat-a}:m", "o"));
    }
  }

  @Test
  void otherChannelsAndTypesStayLiveOnly() {
    try (WsClient client = nodes.get(0).open("anna")) {
      client.subscribe("room:other");
      client.subscribe("room:chat-a");
      publish("room:other", chat(1));
      assertFalse(client.expect("CHAT_MESSAGE").has("offset"));
      publish("room:chat-a", "{\"type\":\"TYPING\",\"payload\":{}}");
      assertFalse(client.expect("TYPING").has("offset"));
      publish("room:chat-a", "{\"type\":\"CHAT_MESSAGE\",\"offset\":\"mine\"}");
      assertEquals("mine", client.expect("CHAT_MESSAGE").path("offset").asText());
      publish("room:chat-a", "{\"type\":\"ANYTHING\",\"payload\":{}}");
      assertTrue(client.expect("ANYTHING").has("offset"));
    }
  }

  /** Not a test of speed; the line in the log is what the documentation says of the cost. */
  @Test
  void nodesThatComeSecondCostRedisLittle() {
    try (HistoryReader alone = new HistoryReader("anna", "room:chat-a")) {
      alone.connect(nodes.get(0));
      double one = costOf(1, alone);
      try (HistoryReader second = new HistoryReader("bert", "room:chat-a");
          HistoryReader third = new HistoryReader("carl", "room:chat-a")) {
        second.connect(nodes.get(1));
        third.connect(nodes.get(2));
        double three = costOf(1_001, alone);
        log.info("adoption costs redis microseconds={} nodes=1", one);
        log.info("adoption costs redis microseconds={} nodes=3", three);
        assertTrue(three < one * 3, "one " + one + " three " + three);
      }
    }
  }

  private double costOf(int from, HistoryReader reader) {
    publish("room:chat-a", chat(from));
    reader.readTo(from);
    backEnd.call("CONFIG", "RESETSTAT");
    List<byte[]> all = new ArrayList<>();
    for (int i = from + 1; i < from + 1_000; i++) {
      all.add(chat(i).getBytes(UTF_8));
    }
    backEnd.publishAll("room:chat-a", all);
    reader.readTo(from + 999);
    Matcher cost = SCRIPT_COST.matcher(String.valueOf(backEnd.call("INFO", "commandstats")));
    assertTrue(cost.find());
    return Long.parseLong(cost.group(2)) / 999.0;
  }

  private long adopted() {
    return nodes.stream()
        .mapToLong(node -> node.gateway().metrics().historyAdopted.getCount())
        .sum();
  }

  private void publish(String topic, String envelope) {
    assertTrue(backEnd.publish(topic, envelope.getBytes(UTF_8)) > 0);
  }

  private static String chat(int id) {
    return "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"id\":\"" + id + "\"}}";
  }

  private TestNode node(String name) {
    return TestNode.start(
        new RedissonBackplane(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings -> settings.adoption(new AdoptionPolicy(Map.of("room:chat-", true))));
  }
}
