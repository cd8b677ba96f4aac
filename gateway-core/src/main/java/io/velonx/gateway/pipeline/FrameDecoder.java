package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.velonx.gateway.connection.FrameEncoder;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.Utf8Validator;
import org.jspecify.annotations.Nullable;

/**
 * Turns the octets of one client into messages and control frames.
 *
 * <p>A whole frame in the incoming buffer is unmasked, checked and handed over where it lies.
 * Anything else (a frame cut anywhere by the network, a message in fragments) is taken octet by
 * octet through the header and then streamed into a buffer that grows with what has arrived. Every
 * limit is checked when the header announces a length, before memory is taken for it; between two
 * messages the decoder holds no buffer.
 *
 * <p>After a violation or the peer's Close everything further is skipped.
 *
 * <p>Threading: event loop of the connection. Ownership: borrows what it decodes and overwrites its
 * octets. Spec: RFC 6455 §5, §7.4, §8.1; RFC 7692 §6 for RSV1.
 */
final class FrameDecoder {
  private static final int FIN = 0x80;
  private static final int RSV1 = 0x40;
  private static final int RSV = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int LENGTH_BITS = 0x7F;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int CONTROL = 0x08;

  private final PipelineConfig config;
  private final @Nullable MessageInflater inflater;
  private final FrameListener listener;

  private Stage stage = Stage.OPCODE;

  // The frame in progress.
  private int opening;
  private int lengthOctet;
  private int headerLeft;
  private int mask;
  private long length;
  private @Nullable ByteBuf control;

  // The message in progress; its opcode is 0 when there is none.
  private int messageOpening;
  private int fragments;
  private int utf8;
  private @Nullable ByteBuf message;

  /**
   * @param inflater null when compression was not negotiated
   */
  FrameDecoder(PipelineConfig config, @Nullable MessageInflater inflater, FrameListener listener) {
    this.config = config;
    this.inflater = inflater;
    this.listener = listener;
  }

  /** Reads all of it. */
  void decode(ByteBuf in) {
    while (stage != Stage.DONE && in.isReadable()) {
      if (stage != Stage.OPCODE || !decodeWholeFrame(in)) {
        decodePart(in);
      }
    }
    if (stage == Stage.DONE) {
      in.skipBytes(in.readableBytes());
    }
  }

  /** Lets go of everything; what comes after is skipped. */
  void release() {
    stage = Stage.DONE;
    if (message != null) {
      message.release();
      message = null;
    }
    if (control != null) {
      control.release();
      control = null;
    }
  }

  /** What a frame or a message in progress takes; 0 between two messages. */
  int heldBytes() {
    return (message == null ? 0 : message.capacity()) + (control == null ? 0 : control.capacity());
  }

  /**
   * The fast path.
   *
   * @return false when the frame is not all there
   */
  private boolean decodeWholeFrame(ByteBuf in) {
    int start = in.readerIndex();
    int readable = in.readableBytes();
    if (readable < 6) {
      return false;
    }
    lengthOctet = in.getUnsignedByte(start + 1);
    int headerBytes = 6;
    length = lengthOctet & LENGTH_BITS;
    if (length == LENGTH_16) {
      headerBytes = 8;
      length = in.getUnsignedShort(start + 2);
    } else if (length == LENGTH_64) {
      headerBytes = 14;
      length = readable < headerBytes ? Long.MAX_VALUE : in.getLong(start + 2);
    }
    if (length < 0 || length > readable - headerBytes) {
      return false;
    }
    opening = in.getUnsignedByte(start);
    if (acceptOpening() && acceptLength()) {
      mask = in.getIntLE(start + headerBytes - Integer.BYTES);
      in.readerIndex(start + headerBytes);
      if (isControl() || ((opening & FIN) != 0 && message == null)) {
        wholePayload(in);
      } else {
        stage = Stage.PAYLOAD;
        payload(in);
      }
    }
    return true;
  }

  /** The payload of a control frame, or a whole message, where it lies. */
  private void wholePayload(ByteBuf in) {
    int from = in.readerIndex();
    int to = from + (int) length;
    int end = in.writerIndex();
    boolean ascii = Masking.remove(in, from, to, mask);
    // The buffer itself, narrowed for the time of the call: a slice for each frame would be
    // garbage.
    in.writerIndex(to);
    if (isControl()) {
      endControl(in);
    } else if ((ascii && utf8 == Utf8Validator.COMPLETE) || acceptText(in, from, to)) {
      endMessage(in);
    }
    in.setIndex(to, end);
  }

  /** The slow path: the next octet of a header, or as much of a payload as is there. */
  private void decodePart(ByteBuf in) {
    switch (stage) {
      case OPCODE -> {
        opening = in.readUnsignedByte();
        stage = Stage.LENGTH_OCTET;
      }
      case LENGTH_OCTET -> {
        lengthOctet = in.readUnsignedByte();
        if (acceptOpening()) {
          beginLength();
        }
      }
      case LENGTH -> {
        length = (length << Byte.SIZE) | in.readUnsignedByte();
        headerLeft--;
        if (headerLeft == 0 && acceptLength()) {
          beginMask();
        }
      }
      case MASK -> {
        mask |= in.readUnsignedByte() << (Byte.SIZE * (Integer.BYTES - headerLeft));
        headerLeft--;
        if (headerLeft == 0) {
          stage = Stage.PAYLOAD;
          if (length == 0) {
            payload(in);
          }
        }
      }
      case PAYLOAD -> payload(in);
      case DONE -> throw new IllegalStateException("nothing is decoded any more");
    }
  }

  private void beginLength() {
    length = lengthOctet & LENGTH_BITS;
    if (length < LENGTH_16) {
      if (acceptLength()) {
        beginMask();
      }
      return;
    }
    headerLeft = length == LENGTH_16 ? Short.BYTES : Long.BYTES;
    length = 0;
    stage = Stage.LENGTH;
  }

  private void beginMask() {
    mask = 0;
    headerLeft = Integer.BYTES;
    stage = Stage.MASK;
  }

  /** Streams a payload into the buffer of its message or control frame. */
  private void payload(ByteBuf in) {
    int from = in.readerIndex();
    int octets = (int) Math.min(length, in.readableBytes());
    boolean ascii = Masking.remove(in, from, from + octets, mask);
    mask = Masking.rotate(mask, octets);
    length -= octets;
    if (isControl()) {
      control = append(control, in, octets);
    } else {
      boolean plain = ascii && utf8 == Utf8Validator.COMPLETE;
      if (!plain && !acceptText(in, from, from + octets)) {
        return;
      }
      message = append(message, in, octets);
    }
    if (length == 0) {
      endFrame();
    }
  }

  private static @Nullable ByteBuf append(@Nullable ByteBuf to, ByteBuf in, int octets) {
    if (octets == 0) {
      return to;
    }
    ByteBuf buffer = to == null ? in.alloc().buffer(octets) : to;
    return buffer.writeBytes(in, octets);
  }

  private void endFrame() {
    stage = Stage.OPCODE;
    if (isControl()) {
      ByteBuf payload = control == null ? Unpooled.EMPTY_BUFFER : control;
      control = null;
      try {
        endControl(payload);
      } finally {
        payload.release();
      }
    } else if ((opening & FIN) != 0) {
      ByteBuf payload = message == null ? Unpooled.EMPTY_BUFFER : message;
      message = null;
      try {
        endMessage(payload);
      } finally {
        payload.release();
      }
    }
  }

  private void endControl(ByteBuf payload) {
    switch (opening & OPCODE) {
      case FrameEncoder.PING -> listener.ping(payload);
      case FrameEncoder.PONG -> listener.pong();
      default -> endClose(payload);
    }
  }

  private void endClose(ByteBuf payload) {
    int code = -1;
    if (payload.isReadable()) {
      code = payload.readableBytes() == 1 ? 0 : payload.readUnsignedShort();
      if (!mayBeSent(code)) {
        violate(CloseReason.PROTOCOL_ERROR);
        return;
      }
      int reason =
          Utf8Validator.advance(
              Utf8Validator.COMPLETE, payload, payload.readerIndex(), payload.writerIndex());
      if (reason != Utf8Validator.COMPLETE) {
        violate(CloseReason.INVALID_TEXT);
        return;
      }
    }
    release();
    listener.closeReceived(code);
  }

  /** Spec: RFC 6455 §7.4 and the registry it opened. */
  private static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private void endMessage(ByteBuf payload) {
    boolean text = (messageOpening & OPCODE) == FrameEncoder.TEXT;
    boolean deflated = (messageOpening & RSV1) != 0;
    messageOpening = 0;
    fragments = 0;
    if (utf8 != Utf8Validator.COMPLETE) {
      violate(CloseReason.INVALID_TEXT);
    } else if (deflated) {
      inflate(payload, text);
    } else {
      deliver(payload, text);
    }
  }

  private void inflate(ByteBuf deflated, boolean text) {
    if (inflater == null) {
      throw new IllegalStateException("a deflated message without an inflater");
    }
    ByteBuf payload = deflated.alloc().buffer(deflated.readableBytes());
    try {
      CloseReason failure = inflater.inflate(deflated, payload, config.maxMessageBytes());
      if (failure == null && text && !isText(payload)) {
        failure = CloseReason.INVALID_TEXT;
      }
      if (failure == null) {
        deliver(payload, text);
      } else {
        violate(failure);
      }
    } finally {
      payload.release();
    }
  }

  private static boolean isText(ByteBuf payload) {
    return Utf8Validator.advance(
            Utf8Validator.COMPLETE, payload, payload.readerIndex(), payload.writerIndex())
        == Utf8Validator.COMPLETE;
  }

  private void deliver(ByteBuf payload, boolean text) {
    if (text) {
      listener.text(payload);
    } else {
      listener.binary(payload);
    }
  }

  /** Checks FIN, RSV, opcode and the mask bit, and whether the frame fits in here. */
  private boolean acceptOpening() {
    int opcode = opening & OPCODE;
    boolean fin = (opening & FIN) != 0;
    boolean valid =
        switch (opcode) {
          case FrameEncoder.CONTINUATION -> (opening & RSV) == 0 && messageOpening != 0;
          case FrameEncoder.TEXT, FrameEncoder.BINARY ->
              messageOpening == 0
                  && ((opening & RSV) == 0 || ((opening & RSV) == RSV1 && inflater != null));
          case FrameEncoder.CLOSE, FrameEncoder.PING, FrameEncoder.PONG ->
              (opening & RSV) == 0
                  && fin
                  && (lengthOctet & LENGTH_BITS) <= FrameEncoder.MAX_CONTROL_PAYLOAD_BYTES;
          default -> false;
        };
    if (!valid || (lengthOctet & MASKED) == 0) {
      violate(CloseReason.PROTOCOL_ERROR);
      return false;
    }
    return true;
  }

  /**
   * Checks the length for its encoding and against the limits; begins or goes on with a message.
   */
  private boolean acceptLength() {
    int code = lengthOctet & LENGTH_BITS;
    if ((code == LENGTH_16 && length < LENGTH_16)
        || (code == LENGTH_64 && length >= 0 && length <= 0xFFFF)
        || length < 0) {
      violate(CloseReason.PROTOCOL_ERROR);
      return false;
    }
    if (isControl()) {
      return true;
    }
    if ((opening & OPCODE) != FrameEncoder.CONTINUATION) {
      messageOpening = opening;
    }
    fragments++;
    if (length > maxOctets() - (message == null ? 0 : message.readableBytes())) {
      violate(CloseReason.TOO_BIG);
      return false;
    }
    if (fragments > config.maxFragments()) {
      violate(CloseReason.TOO_MANY_FRAGMENTS);
      return false;
    }
    return true;
  }

  /** What a message may take before inflation: incompressible octets grow a little by deflating. */
  private long maxOctets() {
    long most = config.maxMessageBytes();
    return (messageOpening & RSV1) == 0 ? most : most + (most >> 10) + 64;
  }

  /** Checks a part of a message; a deflated one is checked when it is inflated. */
  private boolean acceptText(ByteBuf in, int from, int to) {
    if ((messageOpening & (OPCODE | RSV1)) == FrameEncoder.TEXT) {
      utf8 = Utf8Validator.advance(utf8, in, from, to);
      if (utf8 == Utf8Validator.INVALID) {
        violate(CloseReason.INVALID_TEXT);
        return false;
      }
    }
    return true;
  }

  private void violate(CloseReason reason) {
    release();
    listener.violated(reason);
  }

  private boolean isControl() {
    return (opening & CONTROL) != 0;
  }

  /** What the next octet is. */
  private enum Stage {
    OPCODE,
    LENGTH_OCTET,
    LENGTH,
    MASK,
    PAYLOAD,
    DONE
  }
}
