package io.velonx.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Streams of frames that are mostly right, so that what is wrong is met deep inside. */
final class RandomFrames {
  private static final int[] CONTROL = {RawClient.PING, RawClient.PONG, RawClient.PING};
  private static final int[] CODES = {1000, 1001, 3000, 4999, 1004, 1005, 999, 5000};

  private RandomFrames() {}

  static byte[] stream(Random random) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    boolean inMessage = false;
    for (int i = random.nextInt(12); i >= 0; i--) {
      boolean fin = random.nextInt(3) > 0;
      int opcode = inMessage ? RawClient.CONTINUATION : 1 + random.nextInt(2);
      byte[] payload = payload(random);
      if (random.nextInt(4) == 0) {
        opcode = CONTROL[random.nextInt(CONTROL.length)];
        fin = true;
        payload = Arrays.copyOf(payload, Math.min(payload.length, 125));
      } else {
        inMessage = !fin;
      }
      int opening = (fin ? RawClient.FIN : 0) | opcode;
      switch (random.nextInt(40)) {
        case 0 -> opening ^= 1 << random.nextInt(8);
        case 1 -> {
          opening = RawClient.FIN | RawClient.CLOSE;
          payload = RawClient.closePayload(CODES[random.nextInt(CODES.length)], tail(random));
        }
        default -> {}
      }
      byte[] frame = RawClient.frame(opening, payload, payload.length);
      if (random.nextInt(60) == 0) {
        frame[random.nextInt(Math.min(frame.length, 10))] ^= (byte) (1 << random.nextInt(8));
      }
      stream.writeBytes(frame);
    }
    byte[] whole = stream.toByteArray();
    return random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 1)) : whole;
  }

  private static byte[] payload(Random random) {
    int length =
        switch (random.nextInt(12)) {
          case 0 -> 0;
          case 1 -> 120 + random.nextInt(12);
          case 2 -> random.nextInt(3_000);
          default -> random.nextInt(40);
        };
    if (random.nextInt(200) == 0) {
      length = 65_500 + random.nextInt(5_000);
    }
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.appendCodePoint(random.nextInt(8) == 0 ? 0x1F600 + random.nextInt(64) : 'a');
    }
    byte[] octets = text.toString().getBytes(UTF_8);
    // A character cut at the end is right where more follows, and wrong where nothing does.
    return random.nextInt(10) == 0 && octets.length > 0
        ? Arrays.copyOf(octets, octets.length - 1)
        : octets;
  }

  private static byte[] tail(Random random) {
    return random.nextBoolean() ? new byte[0] : payload(new Random(random.nextInt(3)));
  }
}
