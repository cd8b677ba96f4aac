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

  /** The {@code type} of an envelope, or null when it is none; see {@link #headOf}. */
  public static @Nullable String typeOf(byte[] envelope) {
    Head head = headOf(envelope);
    return head == null ? null : head.type;
  }

  /**
   * What the gateway wants to know of an envelope, or null when the octets are no envelope: not one
   * JSON object in UTF-8, or one without a {@code type} that is a string.
   */
  public static @Nullable Head headOf(byte[] envelope) {
    if (!Utf8.isValid(envelope)) {
      return null;
    }
    try (JsonParser parser = JsonCodec.LENIENT.createParser(envelope)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      String type = null;
      long offset = 0;
      String epoch = null;
      boolean numbered = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = Objects.requireNonNull(parser.currentName());
        JsonToken value = Objects.requireNonNull(parser.nextToken());
        switch (name) {
          case "type" -> type = value == JsonToken.VALUE_STRING ? parser.getText() : null;
          case "offset" -> {
            numbered = true;
            offset = isShortInteger(parser, value) ? parser.getLongValue() : 0;
          }
          case "epoch" -> {
            numbered = true;
            epoch = value == JsonToken.VALUE_STRING ? parser.getText() : null;
          }
          default -> {}
        }
        parser.skipChildren();
      }
      if (parser.nextToken() != null || type == null) {
        return null;
      }
      Position position =
          offset > 0 && epoch != null && Position.isEpoch(epoch)
              ? new Position(epoch, offset)
              : null;
      return new Head(type, position, numbered);
    } catch (IOException notJson) {
      return null;
    }
  }

  /** Whether it surely fits a long; a back end may write numbers of any length. */
  private static boolean isShortInteger(JsonParser parser, JsonToken value) throws IOException {
    return value == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 18;
  }

  /**
   * The outside of an envelope.
   *
   * @param position its place in the history of its channel, if that is in it
   * @param numbered whether it has members of the names in which a place is written
   */
  public record Head(String type, @Nullable Position position, boolean numbered) {}
}
