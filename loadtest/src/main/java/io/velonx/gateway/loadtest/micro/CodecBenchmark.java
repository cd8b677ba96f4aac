package io.velonx.gateway.loadtest.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.PooledByteBufAllocator;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CommandDecoder;
import io.velonx.gateway.protocol.DecodedCommand;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** JSON in and out, and the frame around it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private static final byte[] PING = "{\"type\":\"PING\",\"payload\":{}}".getBytes(UTF_8);
  private static final byte[] TYPING =
      ("{\"type\":\"TYPING\",\"payload\":{\"roomId\":\"general\",\"groupId\":null,"
              + "\"isTyping\":true}}")
          .getBytes(UTF_8);
  private static final byte[] SUBSCRIBE =
      "{\"type\":\"SUBSCRIBE\",\"id\":\"1\",\"payload\":{\"roomId\":\"general\"}}".getBytes(UTF_8);
  private static final byte[] CHAT =
      ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"id\":\"clx0a1b2c3\",\"content\":"
              + "\"a message of some ordinary length, as people write them\",\"roomId\":"
              + "\"general\",\"authorId\":\"user-1\",\"authorName\":\"Anna\",\"isEdited\":false}}")
          .getBytes(UTF_8);
  private static final ChannelName ROOM = ChannelName.room("general");

  /** Never released. */
  private static final PreparedFrame[] EIGHT =
      Collections.nCopies(
              8, PreparedFrame.text(PooledByteBufAllocator.DEFAULT, CHAT, Delivery.DURABLE))
          .toArray(new PreparedFrame[0]);

  private final CommandDecoder decoder = new CommandDecoder();

  /** The sign of life that every page sends. */
  @Benchmark
  public DecodedCommand decodePing() {
    return decoder.decode(PING, PING.length);
  }

  @Benchmark
  public DecodedCommand decodeTyping() {
    return decoder.decode(TYPING, TYPING.length);
  }

  @Benchmark
  public DecodedCommand decodeSubscribe() {
    return decoder.decode(SUBSCRIBE, SUBSCRIBE.length);
  }

  @Benchmark
  public DecodedCommand decodeChat() {
    return decoder.decode(CHAT, CHAT.length);
  }

  /** The check of what a back end published. */
  @Benchmark
  public @Nullable String readEnvelope() {
    return EnvelopeReader.typeOf(CHAT);
  }

  @Benchmark
  public byte[] writeTyping() {
    return EnvelopeWriter.write(
        new Push.Typing("user-1", "Anna", ROOM.roomId(), ROOM.groupId(), true));
  }

  /** Encoding a publication once, for however many readers. */
  @Benchmark
  public int prepareFrame() {
    PreparedFrame frame =
        PreparedFrame.text(PooledByteBufAllocator.DEFAULT, CHAT, Delivery.DURABLE);
    int size = frame.sizeBytes();
    frame.release();
    return size;
  }

  /** What eight queued publications cost before the walk. */
  @Benchmark
  public int joinEightFrames() {
    PreparedFrame joined =
        PreparedFrame.joined(
            PooledByteBufAllocator.DEFAULT, EIGHT, EIGHT.length, 8 * EIGHT[0].sizeBytes());
    int size = joined.sizeBytes();
    joined.release();
    return size;
  }
}
