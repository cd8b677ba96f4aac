package io.velonx.gateway.loadtest.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameWalkerTest {
  private final FrameWalker frames = new FrameWalker();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 100_000})
  void everyLengthIsRead(int length) {
    byte[] stream = frame(0x82, length);
    frames.start(stream, 0, stream.length);

    assertTrue(frames.hasNext());
    assertEquals(2, frames.opcode());
    assertEquals(length, frames.to() - frames.from());
    assertEquals(stream.length, frames.to());
    assertFalse(frames.hasNext());
    assertEquals(stream.length, frames.rest());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 125, 126, 300, 65_536})
  void aFrameCutAnywhereIsLeftOver(int length) {
    byte[] stream = frame(0x81, length);
    int step = length > 1_000 ? 997 : 1;
    for (int cut = 0; cut < stream.length; cut += step) {
      frames.start(stream, 0, cut);

      assertFalse(frames.hasNext(), "cut at " + cut);
      assertEquals(0, frames.rest());
    }
  }

  @Test
  void manyFramesInOneReadAreWalkedOneByOne() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<Integer> lengths = List.of(3, 0, 126, 70_000, 125, 1);
    lengths.forEach(length -> stream.writeBytes(frame(0x81, length)));
    stream.writeBytes(Arrays.copyOf(frame(0x81, 50), 20));
    byte[] data = stream.toByteArray();

    List<Integer> walked = new ArrayList<>();
    frames.start(data, 0, data.length);
    while (frames.hasNext()) {
      walked.add(frames.to() - frames.from());
    }

    assertEquals(lengths, walked);
    assertEquals(data.length - 20, frames.rest());
  }

  @Test
  void whatNoServerMaySendIsRefused() {
    assertRefused(new byte[] {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 0});
    assertRefused(new byte[] {(byte) 0x82, 127, -1, 0, 0, 0, 0, 0, 0, 0});
    assertRefused(new byte[] {(byte) 0x82, 127, 0, 0, 0, 0, 0x7F, 0, 0, 0});
  }

  private void assertRefused(byte[] stream) {
    frames.start(stream, 0, stream.length);
    assertThrows(IllegalArgumentException.class, frames::hasNext);
  }

  private static byte[] frame(int opening, int length) {
    ByteBuffer frame = ByteBuffer.allocate(10 + length);
    frame.put((byte) opening);
    if (length < 126) {
      frame.put((byte) length);
    } else if (length <= 0xFFFF) {
      frame.put((byte) 126).putShort((short) length);
    } else {
      frame.put((byte) 127).putLong(length);
    }
    return Arrays.copyOf(frame.array(), frame.position() + length);
  }
}
