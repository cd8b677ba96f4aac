package io.velonx.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8ValidatorTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "plain ASCII, longer than a word",
        "\u0080",
        "\u07FF",
        "\u0800",
        "\uD7FF"
      })
  void validTextIsComplete(String text) {
    assertEquals(Utf8Validator.COMPLETE, advance(0, text.getBytes(UTF_8)));
  }

  @Test
  void everyCharacterOfUnicodeIsComplete() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        byte[] octets = Character.toString(point).getBytes(UTF_8);
        assertEquals(Utf8Validator.COMPLETE, advance(0, octets), "U+" + Integer.toHexString(point));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "BF",
        "C0",
        "C1",
        "F5",
        "FF",
        "C280BF",
        "C27F",
        "E080",
        "E09F",
        "EDA0",
        "EDBF",
        "F080",
        "F08F",
        "F490",
        "E2 82 28",
        "F0 9F 98 41",
        "61 62 63 64 65 66 67 68 69 FE"
      })
  void wrongOctetIsInvalidAtOnce(String hex) {
    assertEquals(Utf8Validator.INVALID, advance(0, octets(hex)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"C2", "E0A0", "E282", "ED9F", "F09F98", "F48FBF"})
  void cutCharacterIsNeitherCompleteNorInvalid(String hex) {
    int state = advance(0, octets(hex));
    assertNotEquals(Utf8Validator.COMPLETE, state);
    assertNotEquals(Utf8Validator.INVALID, state);
  }

  @Test
  void anyCutGivesTheSameAnswerAsTheWhole() {
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      byte[] octets = randomOctets(random);
      int cut = random.nextInt(octets.length + 1);
      int state = advance(0, Arrays.copyOf(octets, cut));
      if (state != Utf8Validator.INVALID) {
        state = advance(state, Arrays.copyOfRange(octets, cut, octets.length));
      }
      assertEquals(isValid(octets), state == Utf8Validator.COMPLETE, "round " + round);
    }
  }

  /** Near to valid text, or no input would get past its first characters. */
  private static byte[] randomOctets(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
      text.appendCodePoint(point >= 0xD800 && point <= 0xDFFF ? 'x' : point);
    }
    byte[] octets = text.toString().getBytes(UTF_8);
    if (random.nextBoolean()) {
      octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
    }
    return octets;
  }

  private static boolean isValid(byte[] octets) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
      return true;
    } catch (CharacterCodingException invalid) {
      return false;
    }
  }

  private static int advance(int state, byte[] octets) {
    ByteBuf in = Unpooled.wrappedBuffer(octets);
    return Utf8Validator.advance(state, in, 0, octets.length);
  }

  private static byte[] octets(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
