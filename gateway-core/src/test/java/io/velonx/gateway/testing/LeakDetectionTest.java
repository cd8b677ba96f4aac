package io.velonx.gateway.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeakDetectionTest {
  @Test
  void forgottenBufferIsKnownUntilItIsReleased() {
    long mark = OpenBufferDetector.mark();
    ByteBuf pooled = PooledByteBufAllocator.DEFAULT.directBuffer(8);
    ByteBuf unpooled = UnpooledByteBufAllocator.DEFAULT.directBuffer(8);
    assertEquals(2, OpenBufferDetector.openSince(mark).size());
    pooled.release();
    assertEquals(1, OpenBufferDetector.openSince(mark).size());
    unpooled.release();
    assertTrue(OpenBufferDetector.openSince(mark).isEmpty());
  }
}
