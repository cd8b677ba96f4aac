package io.velonx.gateway.loadtest.dialect;

import java.util.Locale;

/**
 * A WebSocket frame with places that are filled in: {@code text:…}, {@code binary:…}, {@code
 * ping:…} or one of {@code mqtt-connect:CLIENT}, {@code mqtt-subscribe:TOPIC}, {@code
 * mqtt-publish:TOPIC}, which are binary frames with one MQTT 3.1.1 packet.
 *
 * <p>Threading: any thread; immutable.
 */
public final class FrameTemplate {
  /** Opcodes of RFC 6455 §5.2. */
  public static final int TEXT = 0x1;

  public static final int BINARY = 0x2;
  public static final int PING = 0x9;

  private final Kind kind;
  private final Template content;

  private FrameTemplate(Kind kind, Template content) {
    this.kind = kind;
    this.content = content;
  }

  /** Fails: {@link IllegalArgumentException} for an unknown kind or a bad template. */
  public static FrameTemplate parse(String text) {
    int colon = text.indexOf(':');
    for (Kind kind : Kind.values()) {
      if (colon > 0 && kind.spelling().equals(text.substring(0, colon))) {
        return new FrameTemplate(kind, Template.parse(text.substring(colon + 1)));
      }
    }
    throw new IllegalArgumentException(
        "frame: "
            + text
            + " (expected text:, binary:, ping:, mqtt-connect:, mqtt-subscribe: or mqtt-publish:)");
  }

  public int opcode() {
    return switch (kind) {
      case TEXT -> TEXT;
      case PING -> PING;
      case BINARY, MQTT_CONNECT, MQTT_SUBSCRIBE, MQTT_PUBLISH -> BINARY;
    };
  }

  public boolean names(Variable variable) {
    return content.names(variable);
  }

  /** What the frame carries. */
  public byte[] payload(Values values) {
    byte[] rendered = content.render(values);
    return switch (kind) {
      case TEXT, BINARY, PING -> rendered;
      case MQTT_CONNECT -> MqttPacket.connect(rendered);
      case MQTT_SUBSCRIBE -> MqttPacket.subscribe((int) values.slot, rendered);
      case MQTT_PUBLISH -> MqttPacket.publish(rendered, values.body);
    };
  }

  @Override
  public String toString() {
    return kind.spelling() + ":" + content;
  }

  private enum Kind {
    TEXT,
    BINARY,
    PING,
    MQTT_CONNECT,
    MQTT_SUBSCRIBE,
    MQTT_PUBLISH;

    String spelling() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
