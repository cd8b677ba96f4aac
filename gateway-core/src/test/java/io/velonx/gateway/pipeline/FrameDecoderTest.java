package io.velonx.gateway.pipeline;

import static io.velonx.gateway.testing.RawClient.BINARY;
import static io.velonx.gateway.testing.RawClient.CLOSE;
import static io.velonx.gateway.testing.RawClient.CONTINUATION;
import static io.velonx.gateway.testing.RawClient.FIN;
import static io.velonx.gateway.testing.RawClient.PING;
import static io.velonx.gateway.testing.RawClient.PONG;
import static io.velonx.gateway.testing.RawClient.TEXT;
import static io.velonx.gateway.testing.RawClient.closePayload;
import static io.velonx.gateway.testing.RawClient.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static final int MAX_MESSAGE_BYTES = 70_000;
  private static final int MAX_FRAGMENTS = 16;
  private static final byte[] NOTHING = {};

  private final RecordingFrames frames = new RecordingFrames();
  private final FrameDecoder decoder = decoder(frames);

  @AfterEach
  void releaseWhatIsHeld() {
    decoder.release();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_000})
  void wholeTextFrameIsHandedOver(int length) {
    String text = "a".repeat(length);
    feed(frame(TEXT, text.getBytes(UTF_8)));
    assertHeard("text " + text);
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void textBeyondAsciiIsHandedOver() {
    feed(frame(TEXT, "Grüße, 世界 😀".getBytes(UTF_8)));
    assertHeard("text Grüße, 世界 😀");
  }

  @Test
  void severalFramesInOneBufferAreHandedOverInOrder() {
    feed(join(frame(TEXT, octets("61")), frame(PING, octets("62")), frame(BINARY, octets("63"))));
    assertHeard("text a", "ping 62", "binary 63");
  }

  @Test
  void asciiIsRecognisedAtEveryLengthAndMask() {
    // A sign carried over from the last octets would send plain ASCII to the slow validator.
    Random random = new Random(7);
    for (int length = 0; length < 40; length++) {
      ByteBuf in = ByteBufAllocator.DEFAULT.buffer();
      try {
        int mask = random.nextInt() | 0x80808080;
        for (int i = 0; i < length; i++) {
          in.writeByte('a' ^ (mask >>> (8 * (i & 3))));
        }
        assertTrue(Masking.remove(in, 0, length, mask), "length " + length);
        assertEquals("a".repeat(length), in.toString(UTF_8));
      } finally {
        in.release();
      }
    }
  }

  @Test
  void oneOctetBeyondAsciiIsNoticedWhereverItStands() {
    for (int at = 0; at < 20; at++) {
      byte[] octets = "a".repeat(20).getBytes(UTF_8);
      octets[at] = (byte) 0x80;
      ByteBuf in = ByteBufAllocator.DEFAULT.buffer().writeBytes(octets);
      try {
        assertFalse(Masking.remove(in, 0, 20, 0), "at " + at);
      } finally {
        in.release();
      }
    }
  }

  @Test
  void frameThatArrivesOctetByOctetIsHandedOver() {
    for (int length : new int[] {0, 3, 126, 65_536}) {
      String text = "b".repeat(length);
      for (byte octet : frame(TEXT, text.getBytes(UTF_8))) {
        feed(new byte[] {octet});
      }
      assertHeard("text " + text);
      assertEquals(0, decoder.heldBytes());
    }
  }

  @Test
  void fragmentsAreJoined() {
    feed(frame(TEXT, octets("61"), 1));
    feed(frame(CONTINUATION, NOTHING, 0));
    feed(frame(FIN | CONTINUATION, octets("62"), 1));
    assertHeard("text ab");
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void controlFramesMayStandBetweenFragments() {
    feed(frame(BINARY, octets("01"), 1));
    byte[] ping = frame(PING, octets("0203"));
    feed(Arrays.copyOf(ping, 7));
    feed(Arrays.copyOfRange(ping, 7, ping.length));
    feed(frame(PONG, NOTHING));
    feed(frame(FIN | CONTINUATION, octets("04"), 1));
    assertHeard("ping 0203", "pong", "binary 0104");
  }

  @Test
  void characterMayBeCutBetweenFragments() {
    byte[] smile = "😀".getBytes(UTF_8);
    feed(frame(TEXT, Arrays.copyOf(smile, 1), 1));
    feed(frame(CONTINUATION, Arrays.copyOfRange(smile, 1, 3), 2));
    feed(frame(FIN | CONTINUATION, Arrays.copyOfRange(smile, 3, 4), 1));
    assertHeard("text 😀");
  }

  @Test
  void invalidTextFailsBeforeItsFrameIsWhole() {
    byte[] frame = frame(TEXT, octets("616263FF61616161"));
    feed(Arrays.copyOf(frame, 6 + 4));
    assertHeard("violated 1007");
  }

  @Test
  void invalidTextFailsBeforeItsMessageIsWhole() {
    feed(frame(TEXT, octets("C3"), 1));
    feed(frame(CONTINUATION, octets("28"), 1));
    assertHeard("violated 1007");
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void textThatEndsInsideACharacterIsInvalid() {
    feed(frame(TEXT, octets("61C3")));
    assertHeard("violated 1007");
  }

  @Test
  void binaryNeedNotBeText() {
    feed(frame(BINARY, octets("FFC0")));
    assertHeard("binary ffc0");
  }

  @Test
  void unmaskedFrameIsAProtocolError() {
    feed(octets("8101 61 0000000000"));
    assertHeard("violated 1002");
  }

  @Test
  void unmaskedEmptyFrameIsAProtocolError() {
    feed(octets("8100"));
    assertHeard("violated 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x20, 0x10, 0x70})
  void rsvBitsThatNobodyNegotiatedAreAProtocolError(int rsv) {
    for (int opcode : new int[] {TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE}) {
      RecordingFrames heard = new RecordingFrames();
      feed(decoder(heard), frame(FIN | rsv | opcode, NOTHING, 0));
      assertEquals(List.of("violated 1002"), heard.take(), "opcode " + opcode);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
  void reservedOpcodeIsAProtocolError(int opcode) {
    feed(frame(opcode, NOTHING));
    assertHeard("violated 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {CLOSE, PING, PONG})
  void controlFrameInFragmentsIsAProtocolError(int opcode) {
    feed(frame(opcode, NOTHING, 0));
    assertHeard("violated 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {CLOSE, PING, PONG})
  void controlFrameOfMoreThan125OctetsIsAProtocolError(int opcode) {
    feed(Arrays.copyOf(frame(opcode, new byte[126]), 2));
    assertHeard("violated 1002");
  }

  @Test
  void continuationOfNothingIsAProtocolError() {
    feed(frame(CONTINUATION, octets("61")));
    assertHeard("violated 1002");
  }

  @Test
  void newMessageInsideAMessageIsAProtocolError() {
    feed(frame(TEXT, octets("61"), 1));
    feed(frame(TEXT, octets("61")));
    assertHeard("violated 1002");
    assertEquals(0, decoder.heldBytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "81FE007D 00000000",
        "81FE0000 00000000",
        "81FF000000000000FFFF 00000000",
        "81FF0000000000000005 00000000",
        "81FF8000000000000000 00000000",
        "81FFFFFFFFFFFFFFFFFF 00000000"
      })
  void lengthInALongerFormThanNeededIsAProtocolError(String hex) {
    feed(octets(hex));
    assertHeard("violated 1002");
  }

  @ParameterizedTest
  @ValueSource(longs = {MAX_MESSAGE_BYTES + 1, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE})
  void announcedLengthBeyondTheLimitIsTooBigBeforeAnyOctetOfIt(long announced) {
    byte[] header = frame(FIN | BINARY, NOTHING, announced);
    feed(Arrays.copyOf(header, header.length - 4));
    assertHeard("violated 1009");
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void fragmentsThatAddUpBeyondTheLimitAreTooBig() {
    feed(frame(BINARY, new byte[40_000], 40_000));
    byte[] more = frame(CONTINUATION, NOTHING, 30_001);
    feed(more);
    assertHeard("violated 1009");
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void fragmentsThatAddUpToTheLimitAreTaken() {
    feed(frame(BINARY, new byte[40_000], 40_000));
    feed(frame(FIN | CONTINUATION, new byte[30_000], 30_000));
    assertHeard("binary " + "00".repeat(70_000));
  }

  @Test
  void tooManyEmptyFragmentsAreRefused() {
    feed(frame(TEXT, NOTHING, 0));
    for (int i = 1; i < MAX_FRAGMENTS; i++) {
      feed(frame(CONTINUATION, NOTHING, 0));
    }
    assertHeard();
    feed(frame(CONTINUATION, NOTHING, 0));
    assertHeard("violated 1008");
  }

  @Test
  void memoryFollowsWhatArrivedNotWhatIsAnnounced() {
    feed(frame(FIN | BINARY, new byte[100], 60_000));
    assertTrue(decoder.heldBytes() >= 100);
    assertTrue(decoder.heldBytes() < 1_000);
  }

  @Test
  void closeWithoutBodyIsHeardAsNone() {
    feed(frame(CLOSE, NOTHING));
    assertHeard("close -1");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999
      })
  void closeCodeThatMayBeSentIsHeard(int code) {
    feed(frame(CLOSE, closePayload(code, "why ü".getBytes(UTF_8))));
    assertHeard("close " + code);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535})
  void closeCodeThatMustNotBeSentIsAProtocolError(int code) {
    feed(frame(CLOSE, closePayload(code, NOTHING)));
    assertHeard("violated 1002");
  }

  @Test
  void closeWithOneOctetIsAProtocolError() {
    feed(frame(CLOSE, octets("03")));
    assertHeard("violated 1002");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FF", "61C3", "EDA080"})
  void closeReasonThatIsNoTextIsInvalid(String hex) {
    feed(frame(CLOSE, closePayload(1000, octets(hex))));
    assertHeard("violated 1007");
  }

  @Test
  void nothingIsHeardAfterAClose() {
    feed(join(frame(CLOSE, closePayload(1000, NOTHING)), frame(TEXT, octets("61"))));
    feed(frame(PING, NOTHING));
    feed(octets("FFFFFFFFFFFFFFFF"));
    assertHeard("close 1000");
  }

  @Test
  void nothingIsHeardAfterAViolation() {
    feed(join(frame(3, NOTHING), frame(CLOSE, NOTHING)));
    feed(octets("FFFFFFFFFFFFFFFF"));
    assertHeard("violated 1002");
  }

  @Test
  void messageInProgressIsReleasedWithTheConnection() {
    feed(frame(BINARY, new byte[100], 100));
    byte[] ping = frame(PING, new byte[100]);
    feed(Arrays.copyOf(ping, 50));
    assertTrue(decoder.heldBytes() > 0);
    decoder.release();
    assertEquals(0, decoder.heldBytes());
  }

  /** Any stream, cut anywhere, is read as a plain decoder reads it in one piece. */
  @Test
  void randomStreamsAreReadAsTheReferenceReadsThem() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      byte[] stream = RandomFrames.stream(random);
      List<String> expected =
          new ReferenceDecoder(stream, MAX_MESSAGE_BYTES, MAX_FRAGMENTS).heard();
      RecordingFrames heard = new RecordingFrames();
      FrameDecoder tested = decoder(heard);
      int most = random.nextBoolean() ? 4 : 4_000;
      for (int at = 0; at < stream.length; ) {
        int end = Math.min(stream.length, at + 1 + random.nextInt(most));
        feed(tested, Arrays.copyOfRange(stream, at, end));
        at = end;
      }
      tested.release();
      assertEquals(expected, heard.take(), "seed " + seed);
    }
  }

  @Test
  void pureNoiseNeverThrows() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      FrameDecoder tested = decoder(new RecordingFrames());
      feed(tested, noise);
      tested.release();
    }
  }

  private static FrameDecoder decoder(FrameListener listener) {
    PipelineConfig config =
        new TestConfig().maxMessageBytes(MAX_MESSAGE_BYTES).maxFragments(MAX_FRAGMENTS).build();
    return new FrameDecoder(config, null, listener);
  }

  private void feed(byte[] octets) {
    feed(decoder, octets);
  }

  private static void feed(FrameDecoder decoder, byte[] octets) {
    // Not tracked, for there are millions; what the decoder allocates itself is.
    ByteBuf in = Unpooled.wrappedBuffer(octets);
    decoder.decode(in);
    assertFalse(in.isReadable(), "all of it is read");
  }

  private void assertHeard(String... expected) {
    assertEquals(List.of(expected), frames.take());
  }

  private static byte[] octets(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] join(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
