package io.velonx.gateway.loadtest.dialect;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** The three packets a client needs. Spec: MQTT 3.1.1 §3.1, §3.3 and §3.8, quality of service 0. */
final class MqttPacket {
  private static final int CONNECT = 0x10;
  private static final int PUBLISH = 0x30;
  private static final int SUBSCRIBE = 0x82;
  private static final int PROTOCOL_LEVEL = 4;
  private static final int CLEAN_SESSION = 0x02;

  private MqttPacket() {}

  /** A clean session without keep-alive. */
  static byte[] connect(byte[] client) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    string(rest, "MQTT".getBytes(US_ASCII));
    rest.write(PROTOCOL_LEVEL);
    rest.write(CLEAN_SESSION);
    number(rest, 0);
    string(rest, client);
    return packet(CONNECT, rest);
  }

  static byte[] subscribe(int packetId, byte[] topic) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    number(rest, packetId);
    string(rest, topic);
    rest.write(0);
    return packet(SUBSCRIBE, rest);
  }

  static byte[] publish(byte[] topic, byte[] body) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    string(rest, topic);
    rest.writeBytes(body);
    return packet(PUBLISH, rest);
  }

  private static byte[] packet(int head, ByteArrayOutputStream rest) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream(rest.size() + 5);
    packet.write(head);
    int length = rest.size();
    while (length > 0x7F) {
      packet.write((length & 0x7F) | 0x80);
      length >>>= 7;
    }
    packet.write(length);
    packet.writeBytes(rest.toByteArray());
    return packet.toByteArray();
  }

  private static void string(ByteArrayOutputStream out, byte[] octets) {
    number(out, octets.length);
    out.writeBytes(octets);
  }

  private static void number(ByteArrayOutputStream out, int number) {
    out.write(number >>> 8);
    out.write(number);
  }
}
