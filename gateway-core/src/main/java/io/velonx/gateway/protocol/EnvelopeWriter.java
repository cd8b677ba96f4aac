package io.velonx.gateway.protocol;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the gateway's own envelopes as UTF-8 JSON. Threading: any thread. */
public final class EnvelopeWriter {
  private EnvelopeWriter() {}

  public static byte[] write(Push push) {
    return write(push, null);
  }

  /**
   * An envelope that answers a command.
   *
   * @param id the command's own id, or null when it had none
   */
  public static byte[] write(Push push, @Nullable String id) {
    try {
      return JsonCodec.WRITER.writeValueAsBytes(new Envelope(push.type(), id, push));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a push could not be written: " + push.type(), impossible);
    }
  }

  /** An envelope of that type with a payload that is JSON already; it is not looked at. */
  public static byte[] around(MessageType type, byte[] payload) {
    byte[] head =
        ("{\"type\":\"" + type.name() + "\",\"payload\":").getBytes(StandardCharsets.US_ASCII);
    byte[] envelope = Arrays.copyOf(head, head.length + payload.length + 1);
    System.arraycopy(payload, 0, envelope, head.length, payload.length);
    envelope[envelope.length - 1] = '}';
    return envelope;
  }

  @JsonPropertyOrder({"type", "id", "payload"})
  private record Envelope(MessageType type, @Nullable String id, Push payload) {}
}
