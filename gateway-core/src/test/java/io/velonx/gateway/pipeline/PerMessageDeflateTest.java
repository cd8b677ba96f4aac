package io.velonx.gateway.pipeline;

import static io.velonx.gateway.testing.RawClient.CONTINUATION;
import static io.velonx.gateway.testing.RawClient.FIN;
import static io.velonx.gateway.testing.RawClient.PING;
import static io.velonx.gateway.testing.RawClient.RSV1;
import static io.velonx.gateway.testing.RawClient.TEXT;
import static io.velonx.gateway.testing.RawClient.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerMessageDeflateTest {
  private static final String TAKEN =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  private static final int MAX_MESSAGE_BYTES = 100_000;

  private final MessageInflater inflater = new MessageInflater();
  private final MessageDeflater deflater = new MessageDeflater();
  private final RecordingFrames frames = new RecordingFrames();
  private final FrameDecoder decoder =
      new FrameDecoder(
          new TestConfig().maxMessageBytes(MAX_MESSAGE_BYTES).build(), inflater, frames);

  @AfterEach
  void end() {
    decoder.release();
    inflater.close();
    deflater.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=9",
        "permessage-deflate;client_no_context_takeover;server_no_context_takeover",
        "x-unknown, permessage-deflate",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; unknown, permessage-deflate; client_max_window_bits=\"12\""
      })
  void offerIsTaken(String offer) {
    assertEquals(TAKEN, PerMessageDeflate.negotiate(List.of(offer)));
  }

  @Test
  void fullServerWindowIsPromisedWhenAskedFor() {
    assertEquals(
        TAKEN + "; server_max_window_bits=15",
        PerMessageDeflate.negotiate(List.of("permessage-deflate; server_max_window_bits=15")));
  }

  @Test
  void offersMayStandInSeveralHeaders() {
    assertEquals(TAKEN, PerMessageDeflate.negotiate(List.of("x-unknown", "permessage-deflate")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x-webkit-deflate-frame",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=010",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; unknown",
        "permessage-deflate; unknown=\", permessage-deflate; \"",
        "permessage-deflate;"
      })
  void offerIsDeclined(String offer) {
    assertNull(PerMessageDeflate.negotiate(List.of(offer)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 150, 5_000, 100_000})
  void deflatedMessageIsInflated(int length) {
    String text = "ab".repeat(length).substring(0, length);
    feed(frame(FIN | RSV1 | TEXT, deflated(text), deflated(text).length));
    assertEquals(List.of("text " + text), frames.take());
  }

  @Test
  void incompressibleMessageOfTheLargestSizeIsTaken() {
    byte[] noise = new byte[MAX_MESSAGE_BYTES];
    new Random(1).nextBytes(noise);
    byte[] deflated = deflated(noise, Deflater.SYNC_FLUSH);
    feed(frame(FIN | RSV1 | 2, deflated, deflated.length));
    assertEquals(List.of("binary " + ByteBufUtil.hexDump(noise)), frames.take());
  }

  @Test
  void deflatedMessageInFragmentsIsInflated() {
    byte[] deflated = deflated("hello hello hello");
    feed(frame(RSV1 | TEXT, Arrays.copyOf(deflated, 3), 3));
    feed(frame(PING, new byte[0]));
    byte[] rest = Arrays.copyOfRange(deflated, 3, deflated.length);
    feed(frame(FIN | CONTINUATION, rest, rest.length));
    assertEquals(List.of("ping ", "text hello hello hello"), frames.take());
    assertEquals(0, decoder.heldBytes());
  }

  @Test
  void messageMayComeUncompressedAllTheSame() {
    feed(frame(TEXT, "plain".getBytes(UTF_8)));
    assertEquals(List.of("text plain"), frames.take());
  }

  @Test
  void streamThatTheSenderEndsIsInflated() {
    byte[] ended = deflated("ended".getBytes(UTF_8), Deflater.NO_FLUSH);
    feed(frame(FIN | RSV1 | TEXT, ended, ended.length));
    byte[] withEmptyBlock = Arrays.copyOf(ended, ended.length + 1);
    feed(frame(FIN | RSV1 | TEXT, withEmptyBlock, withEmptyBlock.length));
    assertEquals(List.of("text ended", "text ended"), frames.take());
  }

  @ParameterizedTest
  @ValueSource(ints = {RSV1 | CONTINUATION, RSV1 | PING, 0x20 | TEXT, 0x60 | TEXT})
  void rsvBitsBeyondTheFirstOfDataAreAProtocolError(int opening) {
    feed(frame(RSV1 | TEXT, new byte[] {1}, 1));
    feed(frame(FIN | opening, new byte[0], 0));
    assertEquals(List.of("violated 1002"), frames.take());
  }

  @Test
  void bombIsTooBigAndTakesNoMoreThanTheLimit() {
    byte[] bomb = deflated(new byte[50_000_000], Deflater.SYNC_FLUSH);
    assertTrue(bomb.length < MAX_MESSAGE_BYTES);
    ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
    try {
      inflater.inflate(Unpooled.wrappedBuffer(bomb), out, MAX_MESSAGE_BYTES);
      assertTrue(out.capacity() <= 2 * MAX_MESSAGE_BYTES);
    } finally {
      out.release();
    }
    feed(frame(FIN | RSV1 | TEXT, bomb, bomb.length));
    assertEquals(List.of("violated 1009"), frames.take());
  }

  @Test
  void oneOctetMoreThanAllowedIsTooBig() {
    byte[] large = deflated(new byte[MAX_MESSAGE_BYTES + 1], Deflater.SYNC_FLUSH);
    feed(frame(FIN | RSV1 | 2, large, large.length));
    assertEquals(List.of("violated 1009"), frames.take());
  }

  @Test
  void corruptDataIsInvalid() {
    byte[] corrupt = {(byte) 0xFF, (byte) 0xFF, 1, 2, 3};
    feed(frame(FIN | RSV1 | TEXT, corrupt, corrupt.length));
    assertEquals(List.of("violated 1007"), frames.take());
  }

  @Test
  void dataCutShortIsInvalid() {
    String text = "a text that has some length and little that repeats: 0123456789";
    byte[] whole = deflated(text);
    for (int length = 1; length < whole.length - 1; length++) {
      RecordingFrames heard = new RecordingFrames();
      FrameDecoder fresh = new FrameDecoder(new TestConfig().build(), inflater, heard);
      byte[] cut = Arrays.copyOf(whole, length);
      fresh.decode(Unpooled.wrappedBuffer(frame(FIN | RSV1 | TEXT, cut, length)));
      assertEquals(List.of("violated 1007"), heard.take(), "length " + length);
    }
  }

  @Test
  void inflatedTextMustBeText() {
    byte[] deflated = deflated(new byte[] {'a', (byte) 0xC3}, Deflater.SYNC_FLUSH);
    feed(frame(FIN | RSV1 | TEXT, deflated, deflated.length));
    assertEquals(List.of("violated 1007"), frames.take());
  }

  @Test
  void frameIsDeflatedOnceForAll() {
    PreparedFrame prepared = prepared("lorem ipsum ".repeat(100));
    try {
      ByteBuf twin = prepared.deflated(deflater);
      assertTrue(twin.readableBytes() < prepared.sizeBytes() / 4);
      assertSame(twin, prepared.deflated(deflater));
      assertEquals("lorem ipsum ".repeat(100), inflatedPayload(twin));
    } finally {
      prepared.release();
    }
  }

  @Test
  void loopsThatAskAtTheSameTimeShareOneTwin() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (MessageDeflater second = new MessageDeflater()) {
      for (int i = 0; i < 500; i++) {
        PreparedFrame prepared = prepared("lorem ipsum ".repeat(100));
        try {
          Future<ByteBuf> theirs = other.submit(() -> prepared.deflated(second));
          assertSame(prepared.deflated(deflater), theirs.get());
        } finally {
          prepared.release();
        }
      }
    } finally {
      other.shutdown();
    }
  }

  @Test
  void smallFrameGoesAsItIs() {
    PreparedFrame prepared = prepared("a".repeat(511));
    try {
      assertSame(prepared.content(), prepared.deflated(deflater));
    } finally {
      prepared.release();
    }
  }

  @Test
  void frameThatDoesNotShrinkGoesAsItIs() {
    byte[] noise = new byte[1_000];
    new Random(3).nextBytes(noise);
    PreparedFrame prepared =
        PreparedFrame.of(
            ByteBufAllocator.DEFAULT, 2, Unpooled.wrappedBuffer(noise), Delivery.DURABLE);
    try {
      assertSame(prepared.content(), prepared.deflated(deflater));
    } finally {
      prepared.release();
    }
  }

  @Test
  void joinedFramesAreDeflatedEachForItself() {
    PreparedFrame small = prepared("small");
    PreparedFrame large = prepared("large ".repeat(200));
    PreparedFrame joined =
        PreparedFrame.joined(
            ByteBufAllocator.DEFAULT,
            new PreparedFrame[] {small, large},
            2,
            small.sizeBytes() + large.sizeBytes());
    small.release();
    try {
      ByteBuf twin = joined.deflated(deflater);
      ByteBuf expected =
          Unpooled.wrappedBuffer(
              ByteBufUtil.getBytes(small.content()),
              ByteBufUtil.getBytes(large.deflated(deflater)));
      assertEquals(expected, twin);
    } finally {
      joined.release();
      large.release();
    }
  }

  private String inflatedPayload(ByteBuf serverFrame) {
    assertEquals(FIN | RSV1 | TEXT, serverFrame.getUnsignedByte(serverFrame.readerIndex()));
    ByteBuf payload = serverFrame.duplicate();
    payload.skipBytes(1);
    int length = payload.readUnsignedByte();
    assertEquals(length == 126 ? payload.readUnsignedShort() : length, payload.readableBytes());
    ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
    try {
      assertNull(inflater.inflate(payload, out, MAX_MESSAGE_BYTES));
      return out.toString(UTF_8);
    } finally {
      out.release();
    }
  }

  private static PreparedFrame prepared(String text) {
    return PreparedFrame.text(ByteBufAllocator.DEFAULT, text.getBytes(UTF_8), Delivery.DURABLE);
  }

  private void feed(byte[] octets) {
    decoder.decode(Unpooled.wrappedBuffer(octets));
  }

  private static byte[] deflated(String text) {
    return deflated(text.getBytes(UTF_8), Deflater.SYNC_FLUSH);
  }

  /** What a client would send; with NO_FLUSH, a stream that is ended instead of flushed. */
  private static byte[] deflated(byte[] payload, int flush) {
    Deflater client = new Deflater(6, true);
    try {
      client.setInput(payload);
      if (flush == Deflater.NO_FLUSH) {
        client.finish();
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] part = new byte[64 * 1024];
      int produced;
      do {
        produced = client.deflate(part, 0, part.length, flush);
        out.write(part, 0, produced);
      } while (produced == part.length);
      byte[] whole = out.toByteArray();
      return flush == Deflater.SYNC_FLUSH ? Arrays.copyOf(whole, whole.length - 4) : whole;
    } finally {
      client.end();
    }
  }
}
