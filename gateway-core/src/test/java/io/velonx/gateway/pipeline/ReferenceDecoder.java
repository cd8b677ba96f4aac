package io.velonx.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Reads a whole stream the plain way, with copies and without compression; what tests believe. */
final class ReferenceDecoder {
  private static final Set<Integer> OPCODES = Set.of(0, 1, 2, 8, 9, 10);

  private final ByteBuffer in;
  private final int maxMessageBytes;
  private final int maxFragments;
  private final List<String> heard = new ArrayList<>();

  private int messageOpcode;
  private int fragments;
  private ByteArrayOutputStream message = new ByteArrayOutputStream();

  ReferenceDecoder(byte[] stream, int maxMessageBytes, int maxFragments) {
    in = ByteBuffer.wrap(stream);
    this.maxMessageBytes = maxMessageBytes;
    this.maxFragments = maxFragments;
  }

  List<String> heard() {
    boolean more = true;
    while (more) {
      more = frame();
    }
    return heard;
  }

  /** Returns false when nothing can be read any more. */
  private boolean frame() {
    if (in.remaining() < 2) {
      return false;
    }
    int opening = in.get() & 0xFF;
    int lengthOctet = in.get() & 0xFF;
    int opcode = opening & 0x0F;
    boolean fin = opening >= 0x80;
    boolean control = opcode >= 8;
    if ((opening & 0x70) != 0
        || !OPCODES.contains(opcode)
        || lengthOctet < 0x80
        || (control && (!fin || lengthOctet > 0x80 + 125))
        || (opcode == 0 && messageOpcode == 0)
        || ((opcode == 1 || opcode == 2) && messageOpcode != 0)) {
      return violated(1002);
    }
    long length = lengthOctet & 0x7F;
    if (length == 126) {
      if (in.remaining() < 2) {
        return false;
      }
      length = in.getShort() & 0xFFFF;
      if (length < 126) {
        return violated(1002);
      }
    } else if (length == 127) {
      if (in.remaining() < 8) {
        return false;
      }
      length = in.getLong();
      if (length < 65_536) {
        return violated(1002);
      }
    }
    if (!control) {
      messageOpcode = opcode == 0 ? messageOpcode : opcode;
      fragments++;
      if (length + message.size() > maxMessageBytes || length > maxMessageBytes) {
        return violated(1009);
      }
      if (fragments > maxFragments) {
        return violated(1008);
      }
    }
    if (in.remaining() < 4) {
      return false;
    }
    byte[] mask = new byte[4];
    in.get(mask);
    byte[] payload = new byte[(int) Math.min(length, in.remaining())];
    in.get(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    boolean whole = payload.length == length;
    return control ? !whole || control(opcode, payload) : data(fin && whole, payload);
  }

  private boolean control(int opcode, byte[] payload) {
    if (opcode == RawClient.PING) {
      heard.add("ping " + HexFormat.of().formatHex(payload));
      return true;
    }
    if (opcode == RawClient.PONG) {
      heard.add("pong");
      return true;
    }
    if (payload.length == 0) {
      heard.add("close -1");
      return false;
    }
    int code = payload.length == 1 ? 0 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    boolean known = code >= 1000 && code <= 1014 && !Set.of(1004, 1005, 1006).contains(code);
    if (!known && (code < 3000 || code > 4999)) {
      return violated(1002);
    }
    if (!isText(Arrays.copyOfRange(payload, 2, payload.length))) {
      return violated(1007);
    }
    heard.add("close " + code);
    return false;
  }

  private boolean data(boolean last, byte[] payload) {
    message.writeBytes(payload);
    byte[] soFar = message.toByteArray();
    if (messageOpcode == RawClient.TEXT && !(last ? isText(soFar) : mayBecomeText(soFar))) {
      return violated(1007);
    }
    if (last) {
      heard.add(
          messageOpcode == RawClient.TEXT
              ? "text " + new String(soFar, UTF_8)
              : "binary " + HexFormat.of().formatHex(soFar));
      messageOpcode = 0;
      fragments = 0;
      message = new ByteArrayOutputStream();
    }
    return true;
  }

  private boolean violated(int code) {
    heard.add("violated " + code);
    return false;
  }

  /** Every beginning of a character can be completed by octets of 80 or of BF. */
  private static boolean mayBecomeText(byte[] octets) {
    for (int more = 0; more < 4; more++) {
      for (int filler : new int[] {0x80, 0xBF}) {
        byte[] longer = Arrays.copyOf(octets, octets.length + more);
        Arrays.fill(longer, octets.length, longer.length, (byte) filler);
        if (isText(longer)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isText(byte[] octets) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
      return true;
    } catch (CharacterCodingException invalid) {
      return false;
    }
  }
}
