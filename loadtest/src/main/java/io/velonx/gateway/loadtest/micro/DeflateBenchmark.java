package io.velonx.gateway.loadtest.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Base64;
import java.util.Random;
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

/**
 * What deflating a message costs once and saves each reader. Smaller ones than it is tried for go
 * as they are.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DeflateBenchmark {
  private static final String[] WORDS =
      ("the of and to in is you that it he was for on are as with his they at be this have from"
              + " channel message please tomorrow meeting question answer think about would there"
              + " their which people could other than then number first water been call who oil")
          .split(" ", -1);

  /** Words repeat, as people's do, or the content is base64 of noise, as of ciphers. */
  @Param({"words", "base64"})
  public String content = "";

  @Param({"64", "256", "400", "512", "1024", "4096", "16384"})
  public int bytes;

  private final MessageDeflater deflater = new MessageDeflater();
  private byte[] payload = {};

  /** Makes the message. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    String head = "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"content\":\"";
    StringBuilder text = new StringBuilder(head);
    while (text.length() < bytes) {
      if (content.equals("words")) {
        text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      } else {
        byte[] noise = new byte[3];
        random.nextBytes(noise);
        text.append(Base64.getEncoder().encodeToString(noise));
      }
    }
    text.setLength(bytes - 3);
    payload = text.append("\"}}").toString().getBytes(UTF_8);
    System.out.println(bytes + " bytes of " + content + " leave as " + deflate());
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    deflater.close();
  }

  /** Making the frame and its twin. */
  @Benchmark
  public int deflate() {
    PreparedFrame frame = PreparedFrame.text(ByteBufAllocator.DEFAULT, payload, Delivery.DURABLE);
    int deflated = frame.deflated(deflater).readableBytes();
    frame.release();
    return deflated;
  }
}
