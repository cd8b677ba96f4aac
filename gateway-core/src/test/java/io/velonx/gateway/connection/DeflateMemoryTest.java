package io.velonx.gateway.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeflateMemoryTest {
  private final DeflateMemory memory = new DeflateMemory();

  @Test
  void whatAlwaysShrinksIsAlwaysTried() {
    for (int i = 0; i < 10; i++) {
      assertTrue(memory.isWorthTrying());
      memory.tried(true);
    }
  }

  @Test
  void eachFailureMoreLetsTwiceAsManyGoUntried() {
    assertEquals(1, untriedAfterFailure());
    assertEquals(3, untriedAfterFailure());
    assertEquals(7, untriedAfterFailure());
    assertEquals(15, untriedAfterFailure());
    assertEquals(31, untriedAfterFailure());
    assertEquals(63, untriedAfterFailure());
    assertEquals(63, untriedAfterFailure());
  }

  @Test
  void oneThatShrinksIsForgiveness() {
    untriedAfterFailure();
    untriedAfterFailure();
    memory.tried(true);
    assertTrue(memory.isWorthTrying());
    assertEquals(1, untriedAfterFailure());
  }

  @Test
  void ciphersOfAChannelAreSeldomDeflatedInVain() {
    byte[] noise = new byte[1000];
    new Random(1).nextBytes(noise);
    try (MessageDeflater deflater = new MessageDeflater()) {
      assertTrue(deflates(deflater, "the same words, the same words ".repeat(30).getBytes(UTF_8)));
      assertFalse(deflates(deflater, noise));
      assertFalse(memory.isWorthTrying(), "the one after a cipher");
      assertTrue(memory.isWorthTrying(), "the one after that");
      assertFalse(deflates(deflater, noise));
      assertEquals(3, untried());
    }
  }

  @Test
  void anEighthLessIsTheLeastThatCounts() {
    byte[] noise = new byte[900];
    new Random(1).nextBytes(noise);
    // Six bits of eight: three quarters remain.
    byte[] base64 = Base64.getEncoder().encode(noise);
    try (MessageDeflater deflater = new MessageDeflater()) {
      assertTrue(deflates(deflater, base64));
      byte[] mostlyNoise = noise.clone();
      Arrays.fill(mostlyNoise, 0, 80, (byte) 'a');
      assertFalse(deflates(deflater, mostlyNoise), "a twelfth less");
    }
  }

  private boolean deflates(MessageDeflater deflater, byte[] payload) {
    PreparedFrame frame = PreparedFrame.text(ByteBufAllocator.DEFAULT, payload, Delivery.DURABLE);
    frame.learnFrom(memory);
    int deflated = frame.deflated(deflater).readableBytes();
    int plain = frame.sizeBytes();
    frame.release();
    return deflated < plain;
  }

  private int untriedAfterFailure() {
    memory.tried(false);
    return untried();
  }

  private int untried() {
    int untried = 0;
    while (!memory.isWorthTrying()) {
      untried++;
    }
    return untried;
  }
}
