package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of today rely on, on one node. */
class ContractIT {
  private TestNode node;

  @BeforeEach
  void start() {
    node =
        TestNode.start(
            settings ->
                settings
                    .clientPublishing(
                        new ClientPublishing(Map.of("room:relayed", ClientPublishing.Policy.RELAY)))
                    .maxSubscriptions(20));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void firstMessageGreetsThisConnectionOnly() {
    WsClient early = node.open("anna");
    try (WsClient client = WsClient.connect(node.port(), "bert")) {
      assertEquals(
          "{\"type\":\"USER_JOINED\",\"payload\":"
              + "{\"userId\":\"bert\",\"message\":\"Connected to WebSocket server\"}}",
          client.next());
      assertEquals(List.of(), early.receivedUntilPong());
    }
    early.close();
  }

  @Test
  void pingIsAnsweredWithPong() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'PING'}");
      assertEquals("{\"type\":\"PONG\",\"payload\":{}}", client.next());
      client.command("{'type':'PING','payload':{}}");
      assertEquals("{\"type\":\"PONG\",\"payload\":{}}", client.next());
    }
  }

  @Test
  void subscribeAndUnsubscribeAreSilentWithoutAnId() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'SUBSCRIBE','payload':{'roomId':'a'}}");
      client.expect("USER_JOINED");
      client.command("{'type':'UNSUBSCRIBE','payload':{'roomId':'a'}}");
      assertEquals(List.of(), client.receivedUntilPong());
    }
  }

  @Test
  void commandWithAnIdGetsExactlyOneAnswer() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'SUBSCRIBE','id':'1','payload':{'groupId':'g'}}");
      JsonNode ack = client.expect("ACK");
      assertEquals("1", ack.path("id").asText());
      assertEquals("group:g", ack.path("payload").path("channel").asText());
      client.command("{'type':'NOPE','id':'2'}");
      assertEquals("2", client.expect("ERROR").path("id").asText());
    }
  }

  @Test
  void publicationReachesEverySubscriberWithItsPlaceBehindWhatItWas() {
    String odd =
        "{ \"payload\" : {\"z\":1e400,\"a\":12345678901234567890.10,\"s\":\"\\ud800 \u00e9\"},"
            + "\"type\":\"POST_CREATED\", \"a\":[] }";
    try (WsClient one = node.open("anna");
        WsClient two = node.open("bert");
        WsClient elsewhere = node.open("cleo")) {
      one.subscribe("room:a");
      two.subscribe("room:a");
      elsewhere.subscribe("group:a");
      node.gateway().broadcastToChannel(ChannelName.room("a"), odd.getBytes(UTF_8));
      String received = one.nextBut("USER_JOINED");
      String unchanged = odd.substring(0, odd.length() - 1);
      assertTrue(received.startsWith(unchanged + ",\"offset\":1,\"epoch\":\""), received);
      assertEquals(received, two.nextBut("USER_JOINED"));
      assertFalse(elsewhere.receivedUntilPong().contains(received));
    }
  }

  @Test
  void whatIsNoEnvelopeIsNotPublished() {
    ChannelName room = ChannelName.room("a");
    for (String text : List.of("", "no", "[]", "{}", "{\"type\":1}")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> node.gateway().broadcastToChannel(room, text.getBytes(UTF_8)),
          text);
    }
  }

  @Test
  void userMessageReachesEveryConnectionOfTheUserAndNobodyElse() {
    byte[] message = "{\"type\":\"DIRECT_MESSAGE\",\"payload\":{}}".getBytes(UTF_8);
    try (WsClient tab = node.open("anna");
        WsClient otherTab = node.open("anna");
        WsClient stranger = node.open("bert")) {
      int nodes =
          await()
              .until(
                  () ->
                      node.gateway()
                          .broadcastToUser("anna", message)
                          .toCompletableFuture()
                          .get()
                          .nodes(),
                  reached -> reached == 1);
      assertEquals(1, nodes);
      tab.expect("DIRECT_MESSAGE");
      otherTab.expect("DIRECT_MESSAGE");
      assertEquals(List.of(), stranger.receivedUntilPong());
    }
  }

  @Test
  void typingCarriesTheIdentityOfTheTokenAndNotOfThePayload() {
    try (WsClient typist = node.open("anna~Anna");
        WsClient reader = node.open("bert")) {
      typist.subscribe("room:a");
      reader.subscribe("room:a");
      typist.command(
          "{'type':'TYPING','payload':{'roomId':'a','groupId':null,'isTyping':true,"
              + "'userId':'root','userName':'Root'}}");
      JsonNode typing = reader.expect("TYPING").path("payload");
      assertEquals("anna", typing.path("userId").asText());
      assertEquals("Anna", typing.path("userName").asText());
      assertEquals("a", typing.path("roomId").asText());
      assertFalse(typing.has("groupId"));
      assertTrue(typing.path("isTyping").asBoolean());
      typist.command("{'type':'TYPING','payload':{'roomId':'a','groupId':null,'isTyping':false}}");
      assertFalse(reader.expect("TYPING").path("payload").path("isTyping").asBoolean());
    }
  }

  @Test
  void typingIsAllowedOnlyWhereSubscribed() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':true}}");
      assertEquals("NOT_SUBSCRIBED", client.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void whoLosesTheConnectionWhileTypingHasStopped() {
    WsClient typist = node.open("anna");
    try (WsClient reader = node.open("bert")) {
      typist.subscribe("room:a");
      reader.subscribe("room:a");
      typist.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':true}}");
      reader.expect("TYPING");
      typist.drop();
      assertFalse(reader.expect("TYPING").path("payload").path("isTyping").asBoolean());
    }
  }

  @Test
  void directTypingReachesEveryConnectionOfTheTarget() {
    try (WsClient typist = node.open("anna~Anna");
        WsClient tab = node.open("bert");
        WsClient otherTab = node.open("bert")) {
      await()
          .untilAsserted(
              () -> {
                typist.command(
                    "{'type':'DM_TYPING','payload':{'targetUserId':'bert','userName':'x','isTyping':true}}");
                assertTrue(
                    tab.receivedUntilPong().stream().anyMatch(text -> text.contains("DM_TYPING")));
              });
      JsonNode typing = otherTab.expect("DM_TYPING").path("payload");
      assertEquals("anna", typing.path("userId").asText());
      assertEquals("Anna", typing.path("userName").asText());
    }
  }

  @Test
  void joiningAndLeavingAreAnnouncedOncePerUser() {
    try (WsClient watcher = node.open("watcher")) {
      watcher.subscribe("room:a");
      watcher.expect("USER_JOINED");
      WsClient tab = node.open("anna~Anna~/a.png");
      tab.subscribe("room:a");
      JsonNode joined = watcher.expect("USER_JOINED").path("payload");
      assertEquals("anna", joined.path("userId").asText());
      assertEquals("Anna", joined.path("userName").asText());
      assertEquals("/a.png", joined.path("userImage").asText());
      assertEquals("a", joined.path("roomId").asText());
      WsClient otherTab = node.open("anna");
      otherTab.subscribe("room:a");
      tab.close();
      otherTab.command("{'type':'UNSUBSCRIBE','payload':{'roomId':'a'}}");
      JsonNode left = watcher.expect("USER_LEFT").path("payload");
      assertEquals("anna", left.path("userId").asText());
      assertEquals(List.of(), watcher.receivedUntilPong());
      otherTab.close();
    }
  }

  @Test
  void roomWinsOverGroupAndEmptyIdsCountAsAbsent() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'SUBSCRIBE','id':'1','payload':{'roomId':'r','groupId':'g'}}");
      assertEquals("room:r", client.expect("ACK").path("payload").path("channel").asText());
      client.command("{'type':'SUBSCRIBE','id':'2','payload':{'roomId':'','groupId':'g'}}");
      assertEquals("group:g", client.expect("ACK").path("payload").path("channel").asText());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "INVALID_JSON|{",
        "INVALID_JSON|hello",
        "INVALID_JSON|[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "INVALID_JSON|{'type':'PING','type':'PING'}",
        "INVALID_PAYLOAD|{'type':5}",
        "INVALID_PAYLOAD|{'type':'PING','payload':[]}",
        "INVALID_PAYLOAD|{'type':'SUBSCRIBE','payload':{'roomId':7}}",
        "INVALID_PAYLOAD|{'type':'TYPING','payload':{'roomId':'a','isTyping':'yes'}}",
        "INVALID_CHANNEL|{'type':'SUBSCRIBE','payload':{'roomId':'a*'}}",
        "INVALID_CHANNEL|{'type':'SUBSCRIBE','payload':{'roomId':'\\ud800'}}",
        "UNKNOWN_TYPE|{'type':'SHUTDOWN'}",
        "UNKNOWN_TYPE|{'type':'USER_LEFT','payload':{'userId':'x'}}"
      })
  void malformedCommandIsAnErrorAndTheNextOneWorks(String code, String text) {
    try (WsClient client = node.open("anna")) {
      client.command(text);
      JsonNode error = client.expect("ERROR");
      assertEquals(code, error.path("payload").path("code").asText());
      assertTrue(error.path("payload").path("error").asText().length() > 0);
      assertEquals(List.of(), client.receivedUntilPong());
    }
  }

  @Test
  void chatMessageOfAClientGoesNowhereWhereTheBackEndPublishes() {
    try (WsClient client = node.open("anna");
        WsClient reader = node.open("bert")) {
      client.subscribe("room:a");
      reader.subscribe("room:a");
      client.command("{'type':'CHAT_MESSAGE','payload':{'roomId':'a','content':'hi'}}");
      client.command("{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'a','content':'hi'}}");
      assertEquals("FORBIDDEN", client.expect("ERROR").path("payload").path("code").asText());
      assertFalse(reader.receivedUntilPong().toString().contains("CHAT_MESSAGE"));
    }
  }

  @Test
  void relayedChatMessageHasIdTimeAndIdentityFromTheGateway() {
    try (WsClient author = node.open("anna~Anna~/a.png");
        WsClient reader = node.open("bert")) {
      author.subscribe("room:relayed-1");
      reader.subscribe("room:relayed-1");
      author.command(
          "{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'relayed-1','content':'hi',"
              + "'id':'mine','authorId':'root'}}");
      JsonNode message = reader.expect("CHAT_MESSAGE").path("payload");
      String messageId = message.path("id").asText();
      assertEquals("hi", message.path("content").asText());
      assertEquals("anna", message.path("authorId").asText());
      assertEquals("Anna", message.path("authorName").asText());
      assertEquals("/a.png", message.path("authorImage").asText());
      assertEquals("relayed-1", message.path("roomId").asText());
      assertFalse(message.path("isEdited").asBoolean(true));
      assertTrue(message.path("createdAt").asText().endsWith("Z"));
      assertEquals(messageId, author.expect("ACK").path("payload").path("messageId").asText());

      author.command(
          "{'type':'MESSAGE_EDIT','payload':{'roomId':'relayed-1','messageId':'"
              + messageId
              + "','content':'hello'}}");
      assertEquals("hello", reader.expect("MESSAGE_EDIT").path("payload").path("content").asText());
      reader.command(
          "{'type':'MESSAGE_DELETE','payload':{'roomId':'relayed-1','messageId':'"
              + messageId
              + "'}}");
      assertEquals("FORBIDDEN", reader.expect("ERROR").path("payload").path("code").asText());
      author.command(
          "{'type':'MESSAGE_DELETE','payload':{'roomId':'relayed-1','messageId':'"
              + messageId
              + "'}}");
      assertEquals(
          messageId, reader.expect("MESSAGE_DELETE").path("payload").path("messageId").asText());
    }
  }

  @Test
  void relayNeedsASubscription() {
    try (WsClient client = node.open("anna")) {
      client.command("{'type':'CHAT_MESSAGE','payload':{'roomId':'relayed','content':'hi'}}");
      assertEquals("NOT_SUBSCRIBED", client.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void subscriptionsPerConnectionAreLimited() {
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 20; i++) {
        client.subscribe("room:r" + i);
      }
      client.command("{'type':'SUBSCRIBE','payload':{'roomId':'more'}}");
      JsonNode error = client.expect("ERROR").path("payload");
      assertEquals("LIMIT_EXCEEDED", error.path("code").asText());
      assertTrue(error.path("error").asText().contains("20"));
      client.subscribe("room:r3");
    }
  }

  @Test
  void binaryMessageClosesWith1003() {
    WsClient client = node.open("anna");
    client.sendBinary(new byte[] {1, 2, 3});
    assertEquals(1003, client.closeCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/community/ws",
        "/api/community/ws?token=",
        "/api/community/ws?token=bad",
        "/api/community/ws?token=anna&token=anna",
        "/api/community/ws?tokens=anna"
      })
  void missingRepeatedOrInvalidTokenIsAnsweredWith401(String target) {
    assertEquals(401, WsClient.statusOf(node.port(), target));
  }

  @Test
  void otherQueryParametersAreIgnoredAndOtherPathsAre404() {
    assertEquals(101, WsClient.statusOf(node.port(), "/api/community/ws?x=1&token=anna&y=%20&z"));
    assertEquals(404, WsClient.statusOf(node.port(), "/api/community/ws/?token=anna"));
    assertEquals(404, WsClient.statusOf(node.port(), "/ws?token=anna"));
  }

  @Test
  void statsCountConnectionsAndUsers() {
    try (WsClient one = node.open("anna");
        WsClient two = node.open("anna");
        WsClient three = node.open("bert")) {
      assertEquals(3, node.gateway().getConnectionStats().totalConnections());
      assertEquals(2, node.gateway().getConnectionStats().uniqueUsers());
      assertEquals(1.5, node.gateway().getConnectionStats().averageConnectionsPerUser());
      one.subscribe("room:a");
      two.subscribe("room:a");
      three.subscribe("room:b");
      assertEquals(2, node.gateway().channelCount());
      assertEquals(3, node.gateway().subscriptionCount());
    }
  }
}
