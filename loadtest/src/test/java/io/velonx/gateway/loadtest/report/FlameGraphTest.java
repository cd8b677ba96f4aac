package io.velonx.gateway.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FlameGraphTest {
  @Test
  void framesAreKnownByTheirSpelling() {
    assertEquals("kernel", FlameGraph.kind("tcp_sendmsg_[k]"));
    assertEquals("java", FlameGraph.kind("io/netty/channel/EventLoop.run_[j]"));
    assertEquals("java", FlameGraph.kind("io.netty.channel.EventLoop.run"));
    assertEquals("native", FlameGraph.kind("JavaMain"));
    assertEquals("native", FlameGraph.kind("G1CollectedHeap::allocate"));
  }

  @Test
  void longNamesAreClipped() {
    assertEquals("abc", FlameGraph.clipped("abc", 3));
    assertEquals("ab…", FlameGraph.clipped("abcd", 3));
    assertEquals("", FlameGraph.clipped("abcd", 2));
  }

  @Test
  void samplesCountForEveryFrameOfTheirStack() {
    Stacks stacks = Stacks.parse("a;b;c 5\na;b 2\nx y;c 3\nno count\n");

    assertEquals(10, stacks.root().samples());
    assertEquals(Map.of("c", 8L, "b", 2L), stacks.innermost(9));
    assertEquals(Map.of("c", 8L), stacks.innermost(1));
  }

  @Test
  void framesTooNarrowToSeeAreLeftOut() {
    Markup page = new Markup();
    new FlameGraph(Stacks.parse("wide 100000\nnarrow;inner 1\n")).writeTo(page);

    String svg = page.finish();
    assertFalse(svg.contains("narrow"));
    assertTrue(svg.contains("viewBox=\"0 0 1200 34\""), svg);
  }
}
