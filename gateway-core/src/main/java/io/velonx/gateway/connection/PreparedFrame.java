package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AbstractReferenceCounted;
import io.velonx.gateway.protocol.Byline;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A frame encoded once, header and payload in one buffer, for any number of connections.
 *
 * <p>For connections that negotiated compression it has a twin, made when the first of them is
 * offered the frame, and shared like the frame itself. So has it for those who block its author: a
 * stand-in, made when the first of them is offered the frame.
 *
 * <p>Threading: any thread; the content never changes. Ownership: reference-counted; {@link
 * #content()} borrows.
 */
public final class PreparedFrame extends AbstractReferenceCounted {
  private static final PreparedFrame[] NO_PARTS = {};

  private final ByteBuf content;
  private final Delivery delivery;

  /** The frames this one is joined of; empty when it is a frame itself. */
  private final PreparedFrame[] parts;

  /** Where it was published; null for what is for one user or connection only. */
  private final @Nullable ChannelName channel;

  private @Nullable DeflateMemory memory;
  private volatile @Nullable ByteBuf deflated;
  private volatile @Nullable Byline byline;
  private @Nullable PreparedFrame standIn;

  private PreparedFrame(
      ByteBuf content, Delivery delivery, PreparedFrame[] parts, @Nullable ChannelName channel) {
    this.content = content;
    this.delivery = delivery;
    this.parts = parts;
    this.channel = channel;
  }

  /** A text frame. Ownership: returns a reference the caller releases; copies the payload. */
  public static PreparedFrame text(ByteBufAllocator allocator, byte[] payload, Delivery delivery) {
    return new PreparedFrame(FrameEncoder.text(allocator, payload), delivery, NO_PARTS, null);
  }

  /** As {@link #text}, for what was published in a channel. */
  public static PreparedFrame publication(
      ByteBufAllocator allocator, ChannelName channel, byte[] payload, Delivery delivery) {
    return new PreparedFrame(FrameEncoder.text(allocator, payload), delivery, NO_PARTS, channel);
  }

  /**
   * A frame with that opcode. Ownership: returns a reference the caller releases; copies the
   * payload.
   */
  public static PreparedFrame of(
      ByteBufAllocator allocator, int opcode, ByteBuf payload, Delivery delivery) {
    return new PreparedFrame(
        FrameEncoder.frame(allocator, opcode, payload), delivery, NO_PARTS, null);
  }

  /**
   * Frames one behind the other, as one. Ownership: returns a reference the caller releases; copies
   * the octets and retains the frames for its own life.
   *
   * @param sizeBytes the sum of the sizes of the first {@code count} frames
   */
  public static PreparedFrame joined(
      ByteBufAllocator allocator, @Nullable PreparedFrame[] frames, int count, int sizeBytes) {
    ByteBuf content = allocator.directBuffer(sizeBytes);
    Delivery delivery = Delivery.EPHEMERAL;
    PreparedFrame[] parts = new PreparedFrame[count];
    for (int i = 0; i < count; i++) {
      PreparedFrame frame = Objects.requireNonNull(frames[i]);
      content.writeBytes(frame.content, frame.content.readerIndex(), frame.sizeBytes());
      parts[i] = frame.retain();
      if (frame.delivery != Delivery.EPHEMERAL) {
        delivery = Delivery.DURABLE;
      }
    }
    return new PreparedFrame(content, delivery, parts, null);
  }

  /**
   * Lets what was learned from other frames decide whether this one is deflated. Threading: before
   * other threads see the frame.
   */
  public void learnFrom(DeflateMemory deflateMemory) {
    memory = deflateMemory;
  }

  /** The octets for the wire. Ownership: borrows; duplicate before reading. */
  public ByteBuf content() {
    return content;
  }

  /**
   * The octets for the wire of a connection that negotiated compression: the same as {@link
   * #content()} where deflating does not pay.
   *
   * <p>Ownership: as {@link #content()}. Threading: any thread, with a deflater of its own; of
   * several that ask at the same time one deflates and the others wait for it.
   */
  public ByteBuf deflated(MessageDeflater deflater) {
    ByteBuf twin = deflated;
    if (twin == null) {
      synchronized (this) {
        twin = deflated;
        if (twin == null) {
          twin = parts.length == 0 ? deflate(deflater) : joinDeflated(deflater);
          deflated = twin;
        }
      }
    }
    return twin;
  }

  /**
   * Whether one of these users is its author. Looked up once, and never for a frame that nobody
   * asks about. Threading: any thread.
   */
  boolean isBy(Set<String> users) {
    return byline().isOneOf(users);
  }

  /**
   * What those get instead who block its author, encoded once; null where nothing is missed.
   *
   * <p>Ownership: borrows. Threading: any thread.
   */
  @Nullable PreparedFrame standIn() {
    Byline known = byline();
    synchronized (this) {
      if (standIn == null) {
        byte[] instead = channel == null ? null : known.standIn(channel);
        standIn = instead == null ? null : text(content.alloc(), instead, delivery);
      }
      return standIn;
    }
  }

  public int sizeBytes() {
    return content.readableBytes();
  }

  /** What a slow reader may cost this frame. */
  public Delivery delivery() {
    return delivery;
  }

  @Override
  public PreparedFrame retain() {
    super.retain();
    return this;
  }

  @Override
  public PreparedFrame touch(Object hint) {
    content.touch(hint);
    return this;
  }

  @Override
  protected void deallocate() {
    content.release();
    ByteBuf twin = deflated;
    if (twin != null) {
      twin.release();
    }
    for (PreparedFrame part : parts) {
      part.release();
    }
    if (standIn != null) {
      standIn.release();
    }
  }

  private Byline byline() {
    Byline known = byline;
    if (known == null) {
      int start = content.readerIndex();
      int header = FrameEncoder.headerBytesOf(content, start);
      byte[] payload =
          ByteBufUtil.getBytes(content, start + header, content.readableBytes() - header);
      // Of several that look at the same time each reads the same.
      known = Byline.of(payload);
      byline = known;
    }
    return known;
  }

  private ByteBuf deflate(MessageDeflater deflater) {
    if (memory != null && !memory.isWorthTrying()) {
      return content.retain();
    }
    int start = content.readerIndex();
    int opcode = content.getByte(start) & FrameEncoder.OPCODE;
    ByteBuf payload = content.duplicate();
    payload.skipBytes(FrameEncoder.headerBytesOf(content, start));
    ByteBuf twin = deflater.deflate(content.alloc(), opcode, payload);
    if (memory != null) {
      memory.tried(twin != null);
    }
    return twin == null ? content.retain() : twin;
  }

  private ByteBuf joinDeflated(MessageDeflater deflater) {
    ByteBuf twin = content.alloc().directBuffer(content.readableBytes());
    for (PreparedFrame part : parts) {
      ByteBuf octets = part.deflated(deflater);
      twin.writeBytes(octets, octets.readerIndex(), octets.readableBytes());
    }
    return twin;
  }
}
