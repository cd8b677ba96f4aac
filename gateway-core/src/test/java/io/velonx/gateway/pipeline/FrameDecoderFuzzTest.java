package io.velonx.gateway.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.velonx.gateway.connection.FrameEncoder;
import io.velonx.gateway.testing.Corpus;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams from a corpus, mutated and cut anywhere. */
class FrameDecoderFuzzTest {
  private static final int MAX_MESSAGE_BYTES = 4_000;
  private static final int MAX_FRAGMENTS = 8;

  /** A buffer grows by doubling, and a control frame may wait beside a message. */
  private static final int MOST_HELD_BYTES = 2 * MAX_MESSAGE_BYTES + 512;

  private final Corpus corpus = Corpus.of("/fuzz/frames");
  private final MessageInflater inflater = new MessageInflater();

  @AfterEach
  void end() {
    inflater.close();
  }

  @Test
  void corpusIsReadAsTheReferenceReadsIt() {
    corpus.inputs().forEach(stream -> assertReadAsByTheReference(stream, new Random(1)));
  }

  @Test
  @Timeout(86_400)
  void mutationsAreReadAsTheReferenceReadsThem() {
    corpus.fuzz(20_000, FrameDecoderFuzzTest::assertReadAsByTheReference);
  }

  /** No reference inflates; what must hold is that nothing is thrown, leaked or held for long. */
  @Test
  @Timeout(86_400)
  void mutationsOfDeflatedMessagesAreNeverMoreThanRefused() {
    corpus.fuzz(10_000, (stream, random) -> heard(stream, random, inflater));
  }

  @Test
  void whatIsEncodedAndMaskedIsDecoded() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      byte[] payload = new byte[random.nextInt(round % 10 == 0 ? MAX_MESSAGE_BYTES : 200)];
      random.nextBytes(payload);
      ByteBuf frame =
          FrameEncoder.frame(
              ByteBufAllocator.DEFAULT, FrameEncoder.BINARY, Unpooled.wrappedBuffer(payload));
      byte[] masked = masked(frame, payload.length, random.nextInt());
      frame.release();
      assertEquals(
          new ReferenceDecoder(masked, MAX_MESSAGE_BYTES, MAX_FRAGMENTS).heard(),
          heard(masked, random, null),
          "seed " + seed);
      assertTrue(heard(masked, random, null).get(0).startsWith("binary"), "seed " + seed);
    }
  }

  private static void assertReadAsByTheReference(byte[] stream, Random random) {
    assertEquals(
        new ReferenceDecoder(stream, MAX_MESSAGE_BYTES, MAX_FRAGMENTS).heard(),
        heard(stream, random, null));
  }

  private static List<String> heard(
      byte[] stream, Random random, @Nullable MessageInflater inflater) {
    RecordingFrames frames = new RecordingFrames();
    PipelineConfig config =
        new TestConfig().maxMessageBytes(MAX_MESSAGE_BYTES).maxFragments(MAX_FRAGMENTS).build();
    FrameDecoder decoder = new FrameDecoder(config, inflater, frames);
    try {
      int most = random.nextBoolean() ? 4 : 2_000;
      for (int at = 0; at < stream.length; ) {
        int end = Math.min(stream.length, at + 1 + random.nextInt(most));
        // Not tracked, for there are millions; what the decoder allocates itself is.
        ByteBuf in = Unpooled.wrappedBuffer(Arrays.copyOfRange(stream, at, end));
        decoder.decode(in);
        assertFalse(in.isReadable(), "all of it is read");
        assertTrue(decoder.heldBytes() <= MOST_HELD_BYTES, "held " + decoder.heldBytes());
        at = end;
      }
    } finally {
      decoder.release();
    }
    return frames.take();
  }

  /** The frame as a client would send it. */
  private static byte[] masked(ByteBuf frame, int payloadBytes, int mask) {
    int headerBytes = frame.readableBytes() - payloadBytes;
    ByteBuf masked = Unpooled.buffer();
    masked.writeBytes(frame, frame.readerIndex(), headerBytes).writeInt(mask);
    masked.setByte(1, masked.getByte(1) | 0x80);
    for (int i = 0; i < payloadBytes; i++) {
      masked.writeByte(
          frame.getByte(frame.readerIndex() + headerBytes + i) ^ (mask >>> (24 - 8 * (i & 3))));
    }
    byte[] octets = new byte[masked.readableBytes()];
    masked.readBytes(octets);
    return octets;
  }
}
