package io.velonx.gateway.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.CommandDecoder;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * What decoding allocates for the commands that pages send all the time: no trees, the strings that
 * are kept, and some 850 bytes of Jackson's for any parser.
 */
@InGateJvm
class CommandGate {
  private static final int TIMES = 1_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final CommandDecoder decoder = new CommandDecoder();

  @Test
  void ping() {
    assertAtMost(910, "{'type':'PING','payload':{}}");
  }

  @Test
  void typing() {
    assertAtMost(
        1280, "{'type':'TYPING','payload':{'roomId':'general','groupId':null,'isTyping':true}}");
  }

  @Test
  void unknownMembersAreSkipped() {
    assertAtMost(1170, "{'type':'PING','payload':{'a':[1,2,3,{'b':{'c':'d'}}],'e':'fghijklmnop'}}");
  }

  private void assertAtMost(long bytes, String text) {
    byte[] octets = text.replace('\'', '"').getBytes(UTF_8);
    decode(octets);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decode(octets);
    long each = (THREADS.getCurrentThreadAllocatedBytes() - before) / TIMES;
    assertTrue(each <= bytes, each + " bytes for each command, at most " + bytes);
  }

  private void decode(byte[] octets) {
    for (int i = 0; i < TIMES; i++) {
      assertInstanceOf(Command.class, decoder.decode(octets, octets.length));
    }
  }
}
