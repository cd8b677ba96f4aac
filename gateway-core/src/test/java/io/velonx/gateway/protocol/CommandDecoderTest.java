package io.velonx.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandDecoderTest {
  private final CommandDecoder decoder = new CommandDecoder();

  @Test
  void pingNeedsNoPayload() {
    assertEquals(new Command.Ping(null), decode("{\"type\":\"PING\"}"));
    assertEquals(new Command.Ping(null), decode("{\"type\":\"PING\",\"payload\":{}}"));
    assertEquals(new Command.Ping(null), decode("{\"type\":\"PING\",\"payload\":null}"));
  }

  @Test
  void membersMayComeInAnyOrder() {
    assertEquals(
        new Command.Typing("7", ChannelName.room("a"), true),
        decode(
            "{\"payload\":{\"isTyping\":true,\"roomId\":\"a\"},\"id\":\"7\",\"type\":\"TYPING\"}"));
  }

  @Test
  void unknownMembersAreSkippedWhateverTheyHold() {
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.group("g")), null, false),
        decode(
            "{\"x\":[{\"type\":\"PING\"}],\"type\":\"SUBSCRIBE\","
                + "\"payload\":{\"y\":{\"roomId\":\"no\"},\"groupId\":\"g\",\"z\":1e3}}"));
  }

  @Test
  void roomWinsOverGroupAndEmptyOrNullCountsAsAbsent() {
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.room("r")), null, false),
        decode("{\"type\":\"SUBSCRIBE\",\"payload\":{\"groupId\":\"g\",\"roomId\":\"r\"}}"));
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.group("g")), null, false),
        decode("{\"type\":\"SUBSCRIBE\",\"payload\":{\"groupId\":\"g\",\"roomId\":\"\"}}"));
    assertEquals(
        new Command.Unsubscribe(null, List.of(ChannelName.group("g"))),
        decode("{\"type\":\"UNSUBSCRIBE\",\"payload\":{\"groupId\":\"g\",\"roomId\":null}}"));
  }

  @Test
  void severalChannelsMayBeNamedAtOnce() {
    assertEquals(
        new Command.Subscribe(
            "s", List.of(ChannelName.room("a"), ChannelName.group("b")), null, false),
        decode(
            "{\"type\":\"SUBSCRIBE\",\"id\":\"s\",\"payload\":{\"channels\":[\"room:a\",\"group:b\"]}}"));
  }

  @Test
  void directMessagesNameTheirTarget() {
    assertEquals(
        new Command.DirectMessage("1", "auth0|7", "hi", "c1"),
        decode(
            "{\"type\":\"DIRECT_MESSAGE\",\"id\":\"1\",\"payload\":{\"targetUserId\":\"auth0|7\","
                + "\"content\":\"hi\",\"clientMessageId\":\"c1\"}}"));
    assertEquals(
        new Command.DirectRead(null, "bert", "m1"),
        decode(
            "{\"type\":\"DM_READ\",\"payload\":{\"targetUserId\":\"bert\",\"messageId\":\"m1\"}}"));
  }

  @Test
  void inboxMayBeOpenedForADeviceAndFromAPlace() {
    assertEquals(new Command.OpenInbox(null, null, null), decode("{\"type\":\"INBOX\"}"));
    assertEquals(
        new Command.OpenInbox("1", "tab.1", new Position("e", 0)),
        decode(
            "{\"type\":\"INBOX\",\"id\":\"1\",\"payload\":"
                + "{\"device\":\"tab.1\",\"since\":{\"offset\":0,\"epoch\":\"e\"}}}"));
    assertEquals(
        new Command.InboxAck(null, 7, null),
        decode("{\"type\":\"INBOX_ACK\",\"payload\":{\"offset\":7}}"));
    assertEquals(
        new Command.InboxAck(null, 7, "e"),
        decode("{\"type\":\"INBOX_ACK\",\"payload\":{\"offset\":7,\"epoch\":\"e\"}}"));
  }

  @Test
  void presenceIsAskedForOneChannelAndStatusIsOneOfTwo() {
    assertEquals(
        new Command.Presence("1", ChannelName.group("g")),
        decode("{\"type\":\"PRESENCE\",\"id\":\"1\",\"payload\":{\"groupId\":\"g\"}}"));
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.room("a")), null, true),
        decode("{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"a\",\"presence\":true}}"));
    assertEquals(
        new Command.Status(null, UserStatus.AWAY),
        decode("{\"type\":\"STATUS\",\"payload\":{\"status\":\"away\"}}"));
    assertEquals(
        new Command.Status(null, UserStatus.ACTIVE),
        decode("{\"type\":\"STATUS\",\"payload\":{\"status\":\"active\"}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PRESENCE       | 'x':1                                         | payload
          STATUS         | 'x':1                                         | status
          STATUS         | 'status':'ACTIVE'                             | status
          SUBSCRIBE      | 'roomId':'a','presence':1                     | presence
          SUBSCRIBE      | 'channels':['room:a','room:b'],'presence':true | presence
          DIRECT_MESSAGE | 'content':'hi'                                | targetUserId
          DIRECT_MESSAGE | 'content':'hi','targetUserId':'a*'            | targetUserId
          DIRECT_MESSAGE | 'targetUserId':'bert'                         | content
          DIRECT_MESSAGE | 'targetUserId':'bert','content':1             | content
          DM_READ        | 'messageId':'m'                               | targetUserId
          DM_READ        | 'targetUserId':'bert'                         | messageId
          INBOX          | 'device':'a b'                                | device
          INBOX          | 'device':'*'                                  | device
          INBOX          | 'device':7                                    | device
          INBOX          | 'since':{'offset':1}                          | since
          INBOX          | 'since':7                                     | since
          INBOX_ACK      | 'x':1                                         | offset
          INBOX_ACK      | 'offset':0                                    | offset
          INBOX_ACK      | 'offset':-1                                   | offset
          INBOX_ACK      | 'offset':'1'                                  | offset
          INBOX_ACK      | 'offset':1234567890123456                     | offset
          """,
      quoteCharacter = '#')
  void memberThatIsWrongInAnInboxCommandIsNamed(String type, String members, String named) {
    String text = "{'type':'" + type + "','payload':{" + members + "}}";
    DecodedCommand.Rejected rejected =
        assertInstanceOf(DecodedCommand.Rejected.class, decode(text.replace('\'', '"')));
    assertEquals(ErrorCode.INVALID_PAYLOAD, rejected.code());
    assertTrue(rejected.error().startsWith(named), rejected.error());
  }

  @Test
  void deviceAndDirectContentHaveLimits() {
    String device = "d".repeat(64);
    assertEquals(
        new Command.OpenInbox(null, device, null),
        decode("{\"type\":\"INBOX\",\"payload\":{\"device\":\"" + device + "\"}}"));
    assertInstanceOf(
        DecodedCommand.Rejected.class,
        decode("{\"type\":\"INBOX\",\"payload\":{\"device\":\"" + device + "d\"}}"));
    DecodedCommand.Rejected rejected =
        assertInstanceOf(
            DecodedCommand.Rejected.class,
            decode(
                "{\"type\":\"DIRECT_MESSAGE\",\"payload\":{\"targetUserId\":\"b\",\"content\":\""
                    + "x".repeat(CommandDecoder.MAX_CONTENT_CHARS + 1)
                    + "\"}}"));
    assertEquals(ErrorCode.PAYLOAD_TOO_LARGE, rejected.code());
  }

  @Test
  void subscriptionMayNameThePlaceToGoOnFrom() {
    assertEquals(
        new Command.Subscribe(
            "s", List.of(ChannelName.room("a")), new Position("e1", 999_999_999_999_999L), false),
        decode(
            "{\"type\":\"SUBSCRIBE\",\"id\":\"s\",\"payload\":{\"since\":"
                + "{\"epoch\":\"e1\",\"x\":[],\"offset\":999999999999999},\"roomId\":\"a\"}}"));
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.room("a")), null, false),
        decode("{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"a\",\"since\":null}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "{}",
        "[]",
        "{\"offset\":1}",
        "{\"epoch\":\"e\"}",
        "{\"offset\":-1,\"epoch\":\"e\"}",
        "{\"offset\":\"1\",\"epoch\":\"e\"}",
        "{\"offset\":1.5,\"epoch\":\"e\"}",
        "{\"offset\":10000000000000000,\"epoch\":\"e\"}",
        "{\"offset\":1,\"epoch\":\"\"}",
        "{\"offset\":1,\"epoch\":\"a b\"}",
        "{\"offset\":1,\"epoch\":7}"
      })
  void whatIsNoPlaceInAHistoryIsInvalid(String since) {
    assertRejected(
        ErrorCode.INVALID_PAYLOAD,
        "{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"a\",\"since\":" + since + "}}");
  }

  @Test
  void placeToGoOnFromIsForOneChannel() {
    assertRejected(
        ErrorCode.INVALID_PAYLOAD,
        "{\"type\":\"SUBSCRIBE\",\"payload\":{\"channels\":[\"room:a\",\"room:b\"],"
            + "\"since\":{\"offset\":1,\"epoch\":\"e\"}}}");
  }

  @Test
  void historyMayBeLimitedAndEndBeforeAnOffset() {
    assertEquals(
        new Command.History("h", ChannelName.group("g"), 50, null),
        decode("{\"type\":\"HISTORY\",\"id\":\"h\",\"payload\":{\"groupId\":\"g\"}}"));
    assertEquals(
        new Command.History("h", ChannelName.room("a"), 100, 7L),
        decode(history("\"limit\":100,\"before\":7")));
    for (String wrong :
        List.of("\"limit\":0", "\"limit\":101", "\"before\":0", "\"limit\":\"1\"")) {
      assertRejected(ErrorCode.INVALID_PAYLOAD, history(wrong));
    }
  }

  @Test
  void chatMessageMayNameItsAttempts() {
    String chat =
        "{\"type\":\"CHAT_MESSAGE\",\"payload\":"
            + "{\"roomId\":\"a\",\"content\":\"x\",\"clientMessageId\":\"%s\"}}";
    assertEquals(
        new Command.ChatMessage(null, ChannelName.room("a"), "x", "c 1"),
        decode(chat.formatted("c 1")));
    assertRejected(ErrorCode.INVALID_PAYLOAD, chat.formatted("c".repeat(65)));
  }

  @Test
  void directTypingNamesItsTarget() {
    assertEquals(
        new Command.DirectTyping(null, "u-2", false),
        decode(
            "{\"type\":\"DM_TYPING\",\"payload\":{\"targetUserId\":\"u-2\",\"userName\":\"x\",\"isTyping\":false}}"));
  }

  @Test
  void chatMessageKeepsItsContentToTheLetter() {
    assertEquals(
        new Command.ChatMessage("1", ChannelName.room("a"), "h\u00e9 \ud83d\ude00\n", null),
        decode(
            "{\"type\":\"CHAT_MESSAGE\",\"id\":\"1\",\"payload\":{\"roomId\":\"a\",\"content\":\"h\u00e9 \\ud83d\\ude00\\n\"}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "[]",
        "42",
        "\"PING\"",
        "null",
        "{",
        "{\"type\":\"PING\"",
        "{\"type\":\"PING\"}}",
        "{\"type\":\"PING\"} {}",
        "{\"type\":\"PING\",}",
        "{type:\"PING\"}",
        "{'type':'PING'}",
        "{\"type\":\"PING\",\"type\":\"PING\"}",
        "{\"type\":\"PING\",\"payload\":{\"a\":1,\"a\":2}}",
        "{\"type\":\"PING\",\"payload\":{\"n\":NaN}}",
        "{\"type\":\"PING\"}//",
        "\ufeff{\"type\":\"PING\"}"
      })
  void whatIsNotOneJsonObjectIsInvalidJson(String text) {
    assertRejected(ErrorCode.INVALID_JSON, text);
  }

  @Test
  void depthNumbersNamesAndStringsHaveLimits() {
    String deep = "[".repeat(40) + "]".repeat(40);
    assertRejected(ErrorCode.INVALID_JSON, "{\"type\":\"PING\",\"payload\":{\"a\":" + deep + "}}");
    String digits = "9".repeat(65);
    assertRejected(ErrorCode.INVALID_JSON, "{\"type\":\"PING\",\"n\":" + digits + "}");
    String name = "n".repeat(300);
    assertRejected(ErrorCode.INVALID_JSON, "{\"type\":\"PING\",\"" + name + "\":1}");
    String text = "t".repeat(33_000);
    assertRejected(
        ErrorCode.INVALID_JSON,
        "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"roomId\":\"a\",\"content\":\"" + text + "\"}}");
  }

  @Test
  void octetsOfAnotherCharsetAreInvalidJson() {
    byte[] utf16 = "{\"type\":\"PING\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16BE);
    DecodedCommand.Rejected rejected =
        assertInstanceOf(DecodedCommand.Rejected.class, decoder.decode(utf16, utf16.length));
    assertEquals(ErrorCode.INVALID_JSON, rejected.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"NOPE\"}",
        "{\"type\":\"\"}",
        "{\"type\":\"ping\"}",
        "{\"type\":\"PONG\"}",
        "{\"type\":\"USER_JOINED\",\"payload\":{}}",
        "{\"type\":\"POST_CREATED\",\"payload\":{}}"
      })
  void typesThatClientsCannotSendAreUnknown(String text) {
    assertRejected(ErrorCode.UNKNOWN_TYPE, text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "type|{}",
        "type|{\"type\":null}",
        "type|{\"type\":5}",
        "type|{\"type\":[\"PING\"]}",
        "payload|{\"type\":\"PING\",\"payload\":[]}",
        "payload|{\"type\":\"PING\",\"payload\":\"x\"}",
        "payload|{\"type\":\"SUBSCRIBE\"}",
        "payload|{\"type\":\"SUBSCRIBE\",\"payload\":{}}",
        "id|{\"type\":\"PING\",\"id\":5}",
        "id|{\"type\":\"PING\",\"id\":\"\\ud800\"}",
        "roomId|{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":5}}",
        "roomId|{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":{\"a\":1}}}",
        "channels|{\"type\":\"SUBSCRIBE\",\"payload\":{\"channels\":[]}}",
        "channels|{\"type\":\"SUBSCRIBE\",\"payload\":{\"channels\":[5]}}",
        "channels|{\"type\":\"SUBSCRIBE\",\"payload\":{\"channels\":\"room:a\"}}",
        "isTyping|{\"type\":\"TYPING\",\"payload\":{\"roomId\":\"a\"}}",
        "isTyping|{\"type\":\"TYPING\",\"payload\":{\"roomId\":\"a\",\"isTyping\":\"true\"}}",
        "targetUserId|{\"type\":\"DM_TYPING\",\"payload\":{\"isTyping\":true}}",
        "targetUserId|{\"type\":\"DM_TYPING\",\"payload\":{\"targetUserId\":\"a b\",\"isTyping\":true}}",
        "content|{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"roomId\":\"a\"}}",
        "content|{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"roomId\":\"a\",\"content\":\"\"}}",
        "content|{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"roomId\":\"a\",\"content\":\"\\udc00\"}}",
        "messageId|{\"type\":\"MESSAGE_DELETE\",\"payload\":{\"roomId\":\"a\"}}"
      })
  void anInvalidMemberIsNamed(String member, String text) {
    DecodedCommand.Rejected rejected = assertRejected(ErrorCode.INVALID_PAYLOAD, text);
    assertTrue(rejected.error().startsWith(member + ":"), rejected.error());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a*",
        "a?",
        "{a}",
        "a\\nb",
        "a\\u0000",
        "caf\u00e9",
        "a/b",
        "[a]",
        "\\ud800"
      })
  void idsThatCouldReachAnotherKeyOrPatternAreInvalidChannels(String id) {
    assertRejected(
        ErrorCode.INVALID_CHANNEL,
        "{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"" + id + "\"}}");
  }

  @Test
  void idsAreAtMost128Characters() {
    String longest = "a".repeat(128);
    assertEquals(
        new Command.Subscribe(null, List.of(ChannelName.room(longest)), null, false),
        decode("{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"" + longest + "\"}}"));
    assertRejected(
        ErrorCode.INVALID_CHANNEL,
        "{\"type\":\"SUBSCRIBE\",\"payload\":{\"roomId\":\"" + longest + "a\"}}");
  }

  @Test
  void contentIsAtMost2000Utf16Units() {
    String fits = "\ud83d\ude00".repeat(1000);
    assertInstanceOf(Command.ChatMessage.class, decode(chat(fits)));
    assertRejected(ErrorCode.PAYLOAD_TOO_LARGE, chat(fits + "x"));
  }

  @Test
  void rejectionCarriesTheIdWhenItCouldBeRead() {
    assertEquals("q", assertRejected(ErrorCode.UNKNOWN_TYPE, "{\"id\":\"q\",\"type\":\"X\"}").id());
    assertNull(assertRejected(ErrorCode.INVALID_JSON, "{").id());
  }

  @Test
  void nothingIsKeptFromOneMessageToTheNext() {
    decode("{\"type\":\"SUBSCRIBE\",\"id\":\"1\",\"payload\":{\"roomId\":\"a\"}}");
    assertNull(assertRejected(ErrorCode.INVALID_PAYLOAD, "{\"type\":\"SUBSCRIBE\"}").id());
  }

  @Test
  void randomOctetsAreNeverMoreThanRejected() {
    long seed = 20_261_123;
    Random random = new Random(seed);
    byte[] valid = chat("hello").getBytes(UTF_8);
    for (int round = 0; round < 20_000; round++) {
      byte[] text = valid.clone();
      for (int change = random.nextInt(6); change >= 0; change--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      DecodedCommand decoded = decoder.decode(text, random.nextInt(text.length + 1));
      assertTrue(decoded != null, "seed " + seed + " round " + round);
    }
  }

  private DecodedCommand.Rejected assertRejected(ErrorCode code, String text) {
    DecodedCommand.Rejected rejected =
        assertInstanceOf(DecodedCommand.Rejected.class, decode(text), text);
    assertEquals(code, rejected.code(), text);
    return rejected;
  }

  private DecodedCommand decode(String text) {
    byte[] octets = text.getBytes(UTF_8);
    return decoder.decode(octets, octets.length);
  }

  private static String chat(String content) {
    return "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"roomId\":\"a\",\"content\":\""
        + content
        + "\"}}";
  }

  private static String history(String members) {
    return "{\"type\":\"HISTORY\",\"id\":\"h\",\"payload\":{\"roomId\":\"a\"," + members + "}}";
  }
}
