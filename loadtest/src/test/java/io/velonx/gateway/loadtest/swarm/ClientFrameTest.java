package io.velonx.gateway.loadtest.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFrameTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 125, 126, 127, 65_535, 65_536})
  void aFrameIsMaskedAndUnmasksToItsPayload(int length) {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    int mask = 0x89ABCDEF;

    ByteBuf frame =
        ClientFrame.of(UnpooledByteBufAllocator.DEFAULT, ClientFrame.BINARY, payload, mask);
    try {
      assertEquals(0x82, frame.readUnsignedByte());
      int first = frame.readUnsignedByte();
      assertEquals(0x80, first & 0x80);
      int announced = first & 0x7F;
      if (announced == 126) {
        announced = frame.readUnsignedShort();
      } else if (announced == 127) {
        announced = (int) frame.readLong();
      }
      assertEquals(length, announced);
      assertEquals(mask, frame.readInt());
      assertEquals(length, frame.readableBytes());
      for (int i = 0; i < length; i++) {
        assertEquals(payload[i], (byte) (frame.readByte() ^ mask >>> (24 - 8 * (i % 4))));
      }
    } finally {
      frame.release();
    }
  }
}
