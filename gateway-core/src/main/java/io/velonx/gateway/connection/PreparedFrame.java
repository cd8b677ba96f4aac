package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AbstractReferenceCounted;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A frame encoded once, header and payload in one buffer, for any number of connections.
 *
 * <p>Threading: any thread; the content never changes. Ownership: reference-counted; {@link
 * #content()} borrows.
 */
public final class PreparedFrame extends AbstractReferenceCounted {
  private final ByteBuf content;
  private final Delivery delivery;

  private PreparedFrame(ByteBuf content, Delivery delivery) {
    this.content = content;
    this.delivery = delivery;
  }

  /** A text frame. Ownership: returns a reference the caller releases; copies the payload. */
  public static PreparedFrame text(ByteBufAllocator allocator, byte[] payload, Delivery delivery) {
    return new PreparedFrame(FrameEncoder.text(allocator, payload), delivery);
  }

  /**
   * Frames one behind the other, as one. Ownership: returns a reference the caller releases; copies
   * the octets and borrows the frames.
   *
   * @param sizeBytes the sum of the sizes of the first {@code count} frames
   */
  public static PreparedFrame joined(
      ByteBufAllocator allocator, @Nullable PreparedFrame[] frames, int count, int sizeBytes) {
    ByteBuf content = allocator.directBuffer(sizeBytes);
    Delivery delivery = Delivery.EPHEMERAL;
    for (int i = 0; i < count; i++) {
      PreparedFrame frame = Objects.requireNonNull(frames[i]);
      content.writeBytes(frame.content, frame.content.readerIndex(), frame.sizeBytes());
      if (frame.delivery == Delivery.DURABLE) {
        delivery = Delivery.DURABLE;
      }
    }
    return new PreparedFrame(content, delivery);
  }

  /** The octets for the wire. Ownership: borrows; duplicate before reading. */
  public ByteBuf content() {
    return content;
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
  }
}
