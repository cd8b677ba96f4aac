package io.velonx.gateway.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpHeaders;
import io.velonx.gateway.limit.AddressLimits;
import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.limit.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What one socket takes of the limits, from its accept until it is closed, when everything is given
 * back. Threading: event loop of the socket.
 */
final class Admission implements ChannelFutureListener {
  private final Gate gate;
  private final long connectionId;
  private long address = AddressLimits.UNKNOWN;
  private boolean addressKnown;
  private @Nullable String userId;
  private boolean closed;

  /**
   * @param connectionId the number of the connection, should it become one
   */
  Admission(Gate gate, long connectionId) {
    this.gate = gate;
    this.connectionId = connectionId;
  }

  long connectionId() {
    return connectionId;
  }

  /** Counts an accepted socket. */
  AddressLimits.Entry accept(Channel ch) {
    ch.closeFuture().addListener(this);
    if (!gate.node().enter()) {
      return AddressLimits.Entry.FLOOD;
    }
    // A proxy tells the address of the client later, with the request.
    return ch.remoteAddress() instanceof InetSocketAddress peer
            && !gate.proxies().contains(peer.getAddress())
        ? enter(peer.getAddress())
        : AddressLimits.Entry.WELCOME;
  }

  /** Whether the first octets of the socket are a proxy's, and tell who the client is. */
  boolean expectsProxyHeader(Channel ch) {
    return gate.proxyProtocol()
        && ch.remoteAddress() instanceof InetSocketAddress peer
        && gate.proxies().contains(peer.getAddress());
  }

  /**
   * A trusted proxy said, before the request, who the client is.
   *
   * @param client null when the proxy speaks for itself
   */
  AddressLimits.Entry proxied(@Nullable InetAddress client) {
    // The headers of a proxy that speaks this protocol may be the client's own.
    addressKnown = true;
    return client == null ? AddressLimits.Entry.WELCOME : enter(client);
  }

  /** What to tell a client with too many sockets. */
  Refusal full() {
    return gate.addresses().full();
  }

  /** Why this socket may not be upgraded, as far as node and address decide; or null. */
  @Nullable Refusal refusal(HttpHeaders headers) {
    Refusal refusal = gate.node().refusal(System.nanoTime());
    return refusal == null ? fetchRefusal(headers) : refusal;
  }

  /** Why no token of this socket is looked at, as far as its address decides; or null. */
  @Nullable Refusal fetchRefusal(HttpHeaders headers) {
    if (!addressKnown) {
      InetAddress client = gate.proxies().clientOf(headers.getAll(gate.clientAddressHeader()));
      if (client != null && enter(client) != AddressLimits.Entry.WELCOME) {
        return full();
      }
    }
    return gate.addresses().refusal(address, System.nanoTime());
  }

  /** The token was bad. */
  void failed() {
    gate.addresses().failed(address, System.nanoTime());
  }

  /** Counts the connection in for its user. Completes with why it may not be, or null. */
  CompletionStage<@Nullable Refusal> admit(String user) {
    userId = user;
    return gate.users().admit(user, connectionId);
  }

  /** Takes note of what {@link #admit} came to. */
  void settled(@Nullable Refusal refusal) {
    if (refusal != null) {
      userId = null;
    } else if (closed && userId != null) {
      // It was given back before it was counted in.
      gate.users().release(userId, connectionId);
    }
  }

  @Override
  public void operationComplete(ChannelFuture ended) {
    closed = true;
    gate.node().leave();
    gate.addresses().leave(address, System.nanoTime());
    if (userId != null) {
      gate.users().release(userId, connectionId);
    }
  }

  private AddressLimits.Entry enter(InetAddress client) {
    addressKnown = true;
    address = AddressLimits.key(client);
    return gate.addresses().enter(address);
  }
}
