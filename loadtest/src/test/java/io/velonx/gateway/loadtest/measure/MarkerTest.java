package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MarkerTest {
  @Test
  void whatIsWrittenIsRead() {
    byte[] marker = Marker.write(255, 0xFEDCBA, 0x7FFFFFFF, 0x0123456789ABCDEFL);

    assertEquals(Marker.LENGTH, marker.length);
    assertEquals(0, Marker.find(marker, 0, marker.length));
    assertEquals(255, Marker.publisher(marker, 0));
    assertEquals(0xFEDCBA, Marker.room(marker, 0));
    assertEquals(0x7FFFFFFF, Marker.sequence(marker, 0));
    assertEquals(0x0123456789ABCDEFL, Marker.dueNanos(marker, 0));
  }

  @Test
  void aMarkerIsFoundAtEveryPlaceAmongSimilarOctets() {
    byte[] marker = Marker.write(1, 2, 3, 4);
    for (int before = 0; before < 40; before++) {
      byte[] data = "~".repeat(before + Marker.LENGTH + 20).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(marker, 0, data, before, marker.length);

      assertEquals(before, Marker.find(data, 0, data.length));
      assertEquals(3, Marker.sequence(data, before));
    }
  }

  @Test
  void theBeginningOfAMarkerAtTheEndIsFoundToo() {
    byte[] marker = Marker.write(1, 2, 3, 4);
    for (int length = 1; length < Marker.LENGTH; length++) {
      byte[] data = new byte[50 + length];
      System.arraycopy(marker, 0, data, 50, length);

      assertEquals(50, Marker.find(data, 0, data.length));
    }
  }

  @Test
  void otherTextIsNoMarker() {
    byte[] text =
        "~VM: is how it begins, ~VM here, ~ there, and no end"
            .repeat(3)
            .getBytes(StandardCharsets.US_ASCII);

    assertEquals(text.length, Marker.find(text, 0, text.length));
  }
}
