package io.velonx.gateway.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The node's end of a socket: takes as much as the other end has room for. */
final class SimSocket extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final Peer peer;
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private boolean open = true;

  SimSocket(Peer peer) {
    super(null);
    this.peer = peer;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    for (Object message = in.current(); message != null; message = in.current()) {
      ByteBuf octets = (ByteBuf) message;
      int size = Math.min(octets.readableBytes(), peer.room());
      if (size == 0) {
        return;
      }
      byte[] taken = new byte[size];
      octets.getBytes(octets.readerIndex(), taken);
      peer.received(taken);
      in.removeBytes(size);
    }
  }

  @Override
  protected void doClose() {
    if (open) {
      open = false;
      peer.closed();
    }
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(
          SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
        throw new UnsupportedOperationException("connected from the beginning");
      }
    };
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof SimLoop;
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return null;
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return null;
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("connected from the beginning");
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doBeginRead() {}

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  /** The network and the client behind it. */
  interface Peer {
    /** Octets it still takes. */
    int room();

    void received(byte[] octets);

    void closed();
  }
}
