package io.velonx.gateway.loadtest.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.dialect.Dialect.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialectFileTest {
  private static final String LEAST = "label = x\nbody = ${marker}${padding}\n";

  @TempDir Path folder;

  @Test
  void theBuiltInDialectSpeaksToTheGateway() throws Exception {
    Dialect gateway = DialectFile.builtIn().parse();

    assertEquals("gateway", gateway.label());
    assertEquals(Way.HTTP, gateway.publishing().way());
    assertEquals(3, gateway.subscriber().steps().size());
    assertNotNull(gateway.echo());
    assertNotNull(gateway.place());
  }

  @Test
  void whatIsLeftOutHasADefault() throws Exception {
    Dialect dialect = DialectFile.parse("x", LEAST);

    assertEquals("/", dialect.subscriber().path().toString());
    assertEquals(Way.WS, dialect.publishing().way());
    assertEquals("text:${body}", dialect.publishing().frame().toString());
    assertNull(dialect.login());
    assertNull(dialect.echo());
    assertTrue(dialect.replies().isEmpty());
  }

  @Test
  void repeatedKeysKeepTheirOrder() throws Exception {
    Dialect dialect =
        DialectFile.parse("x", LEAST + "open = expect A\nopen = send text:${room}\nopen=expect B");

    Step.Expect first = assertInstanceOf(Step.Expect.class, dialect.subscriber().steps().get(0));
    Step.Send second = assertInstanceOf(Step.Send.class, dialect.subscriber().steps().get(1));
    assertArrayEquals("A".getBytes(UTF_8), first.text());
    assertTrue(second.isPerRoom());
  }

  @Test
  void aReplyHasATextAndAFrame() throws Exception {
    Dialect dialect = DialectFile.parse("x", LEAST + "reply = PING\\r\\n => binary:PONG\\r\\n");

    Dialect.Reply reply = dialect.replies().get(0);
    assertArrayEquals("PING\r\n".getBytes(UTF_8), reply.text());
    assertEquals(FrameTemplate.BINARY, reply.answer().opcode());
    assertArrayEquals("PONG\r\n".getBytes(UTF_8), reply.answer().payload(new Values()));
  }

  @Test
  void aPublisherInheritsPathAndProtocol() throws Exception {
    Dialect dialect = DialectFile.parse("x", LEAST + "path = /a\nprotocol = mqtt\n");

    assertEquals("/a", dialect.publishing().opening().path().toString());
    assertEquals("mqtt", Objects.requireNonNull(dialect.publishing().opening().protocol()) + "");
  }

  @Test
  void aFileIsReadFromDisk() throws Exception {
    Path file = Files.writeString(folder.resolve("a.dialect"), "# comment\n\n" + LEAST);

    assertEquals("x", DialectFile.read(file).parse().label());
  }

  @Test
  void faultsNameFileAndLine() {
    assertFault("a.dialect:3: unknown key opne", LEAST + "opne = expect A");
    assertFault("a.dialect:3: open without =", LEAST + "open");
    assertFault("a.dialect:3: label a second time; it stands in line 1", LEAST + "label = y");
    assertFault("a.dialect:3: step: wait 3 (expected: send FRAME", LEAST + "open = wait 3");
    assertFault("a.dialect:3: frame: txt:A (expected text:", LEAST + "open = send txt:A");
    assertFault("a.dialect:3: ${rom} (expected one of connection", LEAST + "path = /${rom}");
    assertFault("a.dialect:3: reply: 2 (expected: TEXT => FRAME)", LEAST + "reply = 2");
    assertFault("a.dialect:3: echo.send without echo.expect", LEAST + "echo.send = text:x");
    assertFault("a.dialect:3: auth: basic (expected: none or jwt)", LEAST + "auth = basic");
    assertFault("a.dialect:3: publisher: carrier", LEAST + "publish.by = carrier");
    assertFault("a.dialect:3: publish.by = http without", LEAST + "publish.by = http");
    assertFault("a.dialect:3: no variables here", LEAST + "open = expect ${room}");
    assertFault("a.dialect:2: body without ${marker}", "label = x\nbody = hello");
    assertFault("a.dialect: no label", "body = ${marker}");
  }

  private static void assertFault(String expected, String text) {
    DialectException fault =
        assertThrows(DialectException.class, () -> DialectFile.parse("a.dialect", text));
    assertTrue(
        String.valueOf(fault.getMessage()).startsWith(expected),
        () -> fault.getMessage() + " does not begin with " + expected);
  }

  @Test
  void octetsAreEscaped() {
    assertArrayEquals("\r\n\t\0\\ é ".getBytes(UTF_8), Template.octets("\\r\\n\\t\\0\\\\ é\\x20"));
    assertEquals("a\\q", new String(Template.octets("a\\q"), ISO_8859_1));
    assertThrows(IllegalArgumentException.class, () -> Template.octets("\\x2"));
  }
}
