package io.velonx.gateway.loadtest.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TemplateTest {
  private final Values values = new Values();

  @Test
  void variablesAreFilledInAndJsonIsLeftAlone() {
    values.room = 7;
    values.user = 12;

    assertEquals(
        "{\"roomId\":\"r7\",\"u\":\"0012\",\"$\":{}}",
        text(
            Template.parse("{\"roomId\":\"r${room}\",\"u\":\"${user:4}\",\"$\":{}}")
                .render(values)));
  }

  @Test
  void paddingFillsTheBodyToItsSize() {
    values.marker = "MM".getBytes(US_ASCII);
    Template body = Template.parse("<${marker}${padding}>");

    assertEquals("<MMxxxxxx>", text(body.render(values, 10)));
    assertEquals("<MM>", text(body.render(values, 3)));
  }

  @Test
  void theLengthIsThatOfTheBody() {
    values.body = "hello".getBytes(US_ASCII);

    assertEquals(
        "PUB r 5\r\nhello\r\n",
        text(Template.parse("PUB r ${length}\\r\\n${body}\\r\\n").render(values)));
  }

  @Test
  void widthsAndBracesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> Template.parse("${room:0}"));
    assertThrows(IllegalArgumentException.class, () -> Template.parse("${room"));
  }

  @Test
  void mqttPacketsAreWrittenByTheSpecification() {
    values.room = 5;
    values.slot = 3;
    values.body = new byte[200];

    assertArrayEquals(
        octets("\\x10\\x0e\\0\\x04MQTT\\x04\\x02\\0\\0\\0\\x02c0"),
        FrameTemplate.parse("mqtt-connect:c${connection}").payload(values));
    assertArrayEquals(
        octets("\\x82\\x07\\0\\x03\\0\\x02r5\\0"),
        FrameTemplate.parse("mqtt-subscribe:r${room}").payload(values));
    byte[] publish = FrameTemplate.parse("mqtt-publish:r${room}").payload(values);
    assertEquals(204 + 3, publish.length);
    assertEquals("30cc010002", java.util.HexFormat.of().formatHex(publish, 0, 5));
  }

  private static byte[] octets(String escaped) {
    return Template.octets(escaped);
  }

  private static String text(byte[] octets) {
    return new String(octets, ISO_8859_1);
  }
}
