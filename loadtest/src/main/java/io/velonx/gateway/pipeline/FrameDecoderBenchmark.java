package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.Utf8Validator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One masked text frame on its way in, and the steps it takes. In this package for their sake. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameDecoderBenchmark implements FrameListener {
  private static final int MASK = 0x3D21FA37;
  private static final int HEADER_BYTES = 8;

  @Param({"150", "4096"})
  public int bytes;

  /** Text of pages in English, or in any other language. */
  @Param({"a", "ж"})
  public String character = "";

  private final FrameDecoder decoder =
      new FrameDecoder(
          new PipelineConfig(
              "/ws",
              64 * 1024,
              64,
              Duration.ofSeconds(10),
              Duration.ofSeconds(25),
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              SlowConsumerPolicy.DEFAULT,
              64L * 1024 * 1024,
              Duration.ofSeconds(60),
              false),
          null,
          this);
  private final ByteBuf text = ByteBufAllocator.DEFAULT.directBuffer();
  private final ByteBuf plain = ByteBufAllocator.DEFAULT.directBuffer();
  private final ByteBuf frame = ByteBufAllocator.DEFAULT.directBuffer();
  private int heard;

  /** Encodes as a client does. */
  @Setup
  public void prepare() {
    int octets = character.getBytes(StandardCharsets.UTF_8).length;
    byte[] octetsOfText = character.repeat(bytes / octets).getBytes(StandardCharsets.UTF_8);
    text.writeBytes(octetsOfText);
    plain.writeBytes(octetsOfText);
    frame.writeByte(0x81);
    if (octetsOfText.length < 126) {
      frame.writeByte(0x80 | octetsOfText.length);
    } else {
      frame.writeByte(0x80 | 126).writeShort(octetsOfText.length);
    }
    frame.writeIntLE(MASK);
    int start = frame.writerIndex();
    frame.writeBytes(octetsOfText);
    Masking.remove(frame, start, frame.writerIndex(), MASK);
  }

  /** Releases the buffers. */
  @TearDown
  public void close() {
    text.release();
    plain.release();
    frame.release();
  }

  /** Restoring the frame is part of it: decoding takes the mask off in place. */
  @Benchmark
  public int decodeFrame() {
    decoder.decode(frame);
    frame.readerIndex(0);
    int header = frame.getByte(1) == (byte) 0xFE ? HEADER_BYTES : HEADER_BYTES - 2;
    Masking.remove(frame, header, frame.writerIndex(), MASK);
    return heard;
  }

  @Benchmark
  public boolean unmask() {
    return Masking.remove(plain, 0, plain.writerIndex(), MASK);
  }

  @Benchmark
  public int validateUtf8() {
    return Utf8Validator.advance(Utf8Validator.COMPLETE, text, 0, text.writerIndex());
  }

  @Override
  public void text(ByteBuf payload) {
    heard += payload.readableBytes();
  }

  @Override
  public void binary(ByteBuf payload) {}

  @Override
  public void ping(ByteBuf payload) {}

  @Override
  public void pong() {}

  @Override
  public void closeReceived(int code) {}

  @Override
  public void violated(CloseReason reason) {
    throw new IllegalStateException("refused: " + reason);
  }
}
