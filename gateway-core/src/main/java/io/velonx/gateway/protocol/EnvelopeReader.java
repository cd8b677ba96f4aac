package io.velonx.gateway.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an envelope that is relayed unchanged, without building anything from it. Threading: any
 * thread.
 */
public final class EnvelopeReader {
  private EnvelopeReader() {}

  /**
   * The {@code type} of an envelope, or null when the octets are no envelope: not one JSON object
   * in UTF-8, or one without a {@code type} that is a string.
   */
  public static @Nullable String typeOf(byte[] envelope) {
    if (!Utf8.isValid(envelope)) {
      return null;
    }
    try (JsonParser parser = JsonCodec.LENIENT.createParser(envelope)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      String type = null;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isType = "type".equals(parser.currentName());
        JsonToken value = Objects.requireNonNull(parser.nextToken());
        if (isType) {
          type = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        }
        parser.skipChildren();
      }
      return parser.nextToken() == null ? type : null;
    } catch (IOException notJson) {
      return null;
    }
  }
}
