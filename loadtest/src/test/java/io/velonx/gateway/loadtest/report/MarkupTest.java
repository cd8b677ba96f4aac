package io.velonx.gateway.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MarkupTest {
  @Test
  void textAndAttributesAreEscaped() {
    Markup page = new Markup().element("a", "<&>\"", "title", "\"x\" <y>");

    assertEquals("<a title=\"&quot;x&quot; &lt;y&gt;\">&lt;&amp;&gt;&quot;</a>\n", page.finish());
  }

  @Test
  void charactersNoXmlFileMayHaveAreReplaced() {
    assertEquals("a\ufffdb\ufffdc😀", new Markup().text("a\u0000b\ud800c😀").finish());
  }

  @Test
  void coordinatesAreShort() {
    assertEquals(
        "<r x=\"1.33\" y=\"2\"></r>\n",
        new Markup().element("r", "", "x", 4 / 3.0, "y", 2.0).finish());
  }

  @Test
  void whatIsOpenMustBeClosed() {
    assertThrows(IllegalStateException.class, () -> new Markup().open("p").finish());
  }
}
