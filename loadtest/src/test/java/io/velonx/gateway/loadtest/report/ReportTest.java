package io.velonx.gateway.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
  private static final String LOAD =
      """
      {"format":1,"scenario":"fanout","label":"<b>&\\"gateway\\"","started":"2026-01-01T00:00:00Z",
       "parameters":{"connections":1000,"rooms":1},
       "figures":{"deliveries_per_second":%d,"latency_ms_p99":8.25,"lost":0},
       "series":{"deliveries_per_second":[[0,10.5],[1,20],[2,15]]},
       "histogram":[[50,1.5],[90,3],[99,8.25],[99.9,20],[100,31]],
       "classes":[{"name":"byte[]","instances":1.5,"bytes":345.6}],
       "checks":[{"figure":"lost","operator":"<=","limit":0,"value":0,"passed":true},
                 {"figure":"latency_ms_p99","operator":"<=","limit":5,"value":8.25,"passed":false}],
       "passed":false}
      """;

  private static final String COMPARISON =
      """
      {"format":1,"kind":"comparison","started":"2026-01-01T00:00:00Z",
       "machine":{"processor":"a & b"},"repetitions":3,"baseline":"gateway",
       "columns":[
        {"name":"gateway","publishing":"Redis","handshake":"JWT"},
        {"name":"node-ws","publishing":"Redis","handshake":"JWT"}],
       "rows":[{"name":"one-room-8","title":"1 room","figures":["deliveries_per_second"],
        "cells":[
         {"column":"gateway","figure":"deliveries_per_second","values":[900,1000,1100]},
         {"column":"node-ws","figure":"deliveries_per_second","values":[90,100,%d]}]}],
       "problems":[{"column":"nats","row":"","reason":"skipped: not <installed>"}]}
      """;

  @TempDir Path folder;

  @Test
  void everythingOfALoadIsOnThePage() throws Exception {
    Document page = report(file("load.json", LOAD.formatted(1234)));

    List<String> cells = texts(page, "td");
    assertTrue(
        cells.containsAll(List.of("deliveries/s", "1234", "p99 ms", "8.25")), cells::toString);
    assertTrue(cells.containsAll(List.of("<= 5", "failed", "passed")), cells::toString);
    assertTrue(cells.containsAll(List.of("byte[]", "1.50", "346")), cells::toString);
    assertEquals(2, page.getElementsByTagName("polyline").getLength());
    assertTrue(texts(page, "dt").containsAll(List.of("connections", "rooms")));
  }

  @Test
  void whatResultsSayCannotBecomeMarkup() throws Exception {
    Document page = report(file("load.json", LOAD.formatted(1)));

    assertTrue(texts(page, "h2").contains("fanout, <b>&\"gateway\""));
    assertEquals(0, page.getElementsByTagName("b").getLength());
  }

  @Test
  void everyChartHasATitle() throws Exception {
    Document page = report(file("load.json", LOAD.formatted(1)), file("c.json", comparison(110)));

    NodeList charts = page.getElementsByTagName("svg");
    assertTrue(charts.getLength() >= 3);
    for (int i = 0; i < charts.getLength(); i++) {
      assertEquals("title", firstElement(charts.item(i)));
    }
  }

  @Test
  void aComparisonHasABarForEachCandidateAndItsRatio() throws Exception {
    Document page = report(file("c.json", comparison(110)));

    assertEquals(2, page.getElementsByTagName("rect").getLength());
    assertTrue(texts(page, "text").contains("100  ×0.100"), () -> texts(page, "text").toString());
    assertTrue(texts(page, "td").contains("skipped: not <installed>"));
    assertTrue(texts(page, "dd").contains("a & b"));
  }

  @Test
  void aChangeBeyondTheSpreadIsNamed() throws Exception {
    Path old = file("old.json", LOAD.formatted(1000));
    Path slower = file("new.json", LOAD.formatted(700));
    Path output = folder.resolve("report.html");

    assertEquals(0, Report.execute(slower + "", "--against", old + "", "--output", output + ""));

    Document page = parse(Files.readString(output));
    assertTrue(texts(page, "td").containsAll(List.of("-30.0 %", "worse", "within the spread")));
  }

  @Test
  void aProfileBecomesAFlameGraph() throws Exception {
    Path stacks = file("a.collapsed", "main;a/b/C.run;[lib] <x>_[k] 30\nmain;a/b/C.run 10\nbad\n");
    Path output = folder.resolve("report.html");

    assertEquals(0, Report.execute("--stacks", stacks + "", "--output", output + ""));

    Document page = parse(Files.readString(output));
    assertEquals(4, page.getElementsByTagName("rect").getLength());
    List<String> titles = texts(page, "title");
    assertTrue(titles.contains("a/b/C.run, 100.00 %"), titles::toString);
    assertTrue(titles.contains("[lib] <x>_[k], 75.00 %"), titles::toString);
    assertTrue(texts(page, "text").contains("C.run"));
  }

  @Test
  void aFileOfAnotherFormatIsRefused() throws Exception {
    Path output = folder.resolve("report.html");

    assertEquals(1, Report.execute(file("x.json", "{\"format\":2}") + "", "--output", output + ""));
    assertEquals(1, Report.execute("--output", output + ""));
    assertFalse(Files.exists(output));
  }

  private static String comparison(int last) {
    return COMPARISON.formatted(last);
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private Document report(Path... files) throws Exception {
    Path output = folder.resolve("report.html");
    List<String> arguments = new ArrayList<>(List.of("--output", output.toString()));
    for (Path file : files) {
      arguments.add(file.toString());
    }
    assertEquals(0, Report.execute(arguments.toArray(String[]::new)));
    return parse(Files.readString(output));
  }

  private static Document parse(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static List<String> texts(Document page, String element) {
    NodeList nodes = page.getElementsByTagName(element);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  private static String firstElement(org.w3c.dom.Node parent) {
    for (org.w3c.dom.Node node = parent.getFirstChild();
        node != null;
        node = node.getNextSibling()) {
      if (node.getNodeType() == org.w3c.dom.Node.ELEMENT_NODE) {
        return node.getNodeName();
      }
    }
    return "";
  }
}
