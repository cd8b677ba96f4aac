package io.velonx.gateway.loadtest.swarm;

/**
 * Walks over the WebSocket frames in a piece of a stream, without copying or allocating anything.
 *
 * <p>A frame that is not whole is left over; its octets are to stand in front of the next piece.
 *
 * <p>Threading: one thread at a time. Spec: RFC 6455 §5.2.
 */
public final class FrameWalker {
  private byte[] data = {};
  private int next;
  private int end;
  private int opening;
  private int from;
  private int to;

  public void start(byte[] piece, int pieceFrom, int pieceTo) {
    data = piece;
    next = pieceFrom;
    end = pieceTo;
  }

  /**
   * Goes to the next whole frame. False when there is none. Fails: {@link IllegalArgumentException}
   * for a frame that no server may send or no client could hold.
   */
  public boolean hasNext() {
    int left = end - next;
    if (left < 2) {
      return false;
    }
    int length = data[next + 1];
    int payload = next + 2;
    if (length < 0) {
      throw new IllegalArgumentException("the server sent a masked frame");
    }
    if (length == 126) {
      if (left < 4) {
        return false;
      }
      length = (data[next + 2] & 0xFF) << 8 | (data[next + 3] & 0xFF);
      payload = next + 4;
    } else if (length == 127) {
      if (left < 10) {
        return false;
      }
      length = longLength();
      payload = next + 10;
    }
    if (length > end - payload) {
      return false;
    }
    opening = data[next] & 0xFF;
    from = payload;
    to = payload + length;
    next = to;
    return true;
  }

  private int longLength() {
    long length = 0;
    for (int i = next + 2; i < next + 10; i++) {
      length = length << 8 | (data[i] & 0xFF);
    }
    if (length < 0 || length > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException("the server sent a frame of " + length + " octets");
    }
    return (int) length;
  }

  public int opcode() {
    return opening & 0x0F;
  }

  /** Where the payload of this frame begins. */
  public int from() {
    return from;
  }

  /** Where it ends. */
  public int to() {
    return to;
  }

  /** Where the octets that make no whole frame begin. */
  public int rest() {
    return next;
  }
}
