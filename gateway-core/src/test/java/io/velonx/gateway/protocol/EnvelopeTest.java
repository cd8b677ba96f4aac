package io.velonx.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
  @Test
  void firstMessageIsAsOldPagesExpectIt() {
    assertEquals(
        "{\"type\":\"USER_JOINED\",\"payload\":"
            + "{\"userId\":\"u1\",\"message\":\"Connected to WebSocket server\"}}",
        written(new Push.Welcome("u1")));
  }

  @Test
  void absentMembersAreLeftOut() {
    assertEquals(
        "{\"type\":\"TYPING\",\"payload\":{\"userId\":\"u\",\"roomId\":\"r\",\"isTyping\":true}}",
        written(new Push.Typing("u", null, "r", null, true)));
    assertEquals(
        "{\"type\":\"USER_LEFT\",\"payload\":{\"userId\":\"u\",\"groupId\":\"g\"}}",
        written(new Push.UserLeft("u", null, "g")));
    assertEquals("{\"type\":\"PONG\",\"payload\":{}}", written(new Push.Pong()));
  }

  @Test
  void answersCarryTheIdOfTheCommand() {
    assertEquals(
        "{\"type\":\"ACK\",\"id\":\"7\",\"payload\":{\"channel\":\"room:a\"}}",
        new String(EnvelopeWriter.write(Push.Ack.of(List.of(ChannelName.room("a"))), "7"), UTF_8));
    assertEquals(
        "{\"type\":\"ERROR\",\"id\":\"8\",\"payload\":"
            + "{\"code\":\"UNAVAILABLE\",\"error\":\"later\",\"retryable\":true}}",
        new String(
            EnvelopeWriter.write(new Push.Failure(ErrorCode.UNAVAILABLE, "later"), "8"), UTF_8));
  }

  @Test
  void typeIsFoundWhereverItStands() {
    assertEquals("X", typeOf("{\"payload\":{\"type\":\"no\"},\"type\":\"X\"}"));
    assertEquals("X", typeOf(" {\"type\":\"no\",\"type\":\"X\"} "));
    assertEquals("\ud800", typeOf("{\"type\":\"\\ud800\"}"));
    assertEquals("X", typeOf("{\"type\":\"X\",\"n\":1e999999,\"m\":" + "1".repeat(5000) + "}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no",
        "[]",
        "1",
        "{}",
        "{\"type\":1}",
        "{\"type\":null}",
        "{\"type\":\"X\"",
        "{\"type\":\"X\"}x"
      })
  void whatIsNoEnvelopeHasNoType(String text) {
    assertNull(typeOf(text));
  }

  @Test
  void invalidUtf8IsNoEnvelope() {
    byte[] lone = "{\"type\":\"X\",\"s\":\"..\"}".getBytes(UTF_8);
    lone[17] = (byte) 0xC3;
    assertNull(EnvelopeReader.typeOf(lone));
    byte[] surrogate = "{\"type\":\"X\",\"s\":\"...\"}".getBytes(UTF_8);
    surrogate[17] = (byte) 0xED;
    surrogate[18] = (byte) 0xA0;
    surrogate[19] = (byte) 0x80;
    assertNull(EnvelopeReader.typeOf(surrogate));
  }

  private static String written(Push push) {
    return new String(EnvelopeWriter.write(push), UTF_8);
  }

  private static @org.jspecify.annotations.Nullable String typeOf(String text) {
    return EnvelopeReader.typeOf(text.getBytes(UTF_8));
  }
}
