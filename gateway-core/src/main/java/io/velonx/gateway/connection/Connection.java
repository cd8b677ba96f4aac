package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.limit.CommandBudget;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's open WebSocket, from the 101 to the end of its socket.
 *
 * <p>Threading: event loop of this connection, except where a method says any thread.
 */
public final class Connection {
  private final long id;
  // A refresh puts another in its place, of the same user.
  private volatile Principal principal;
  private final ChannelHandlerContext ctx;
  // Of the 63 there may be.
  private final byte loopIndex;
  private final SlowConsumerPolicy slowConsumerPolicy;
  private final @Nullable MessageDeflater deflater;
  private final SubscriptionTable subscriptions = new SubscriptionTable();
  private final CommandBudget commands = new CommandBudget();

  private @Nullable Set<String> blocked;
  private State state = State.OPEN;
  private boolean reading;
  private boolean flushPending;
  private boolean touched;
  private boolean expiryTold;
  private boolean away;
  private int lastHeardTick;

  /** A connection without compression. */
  public Connection(
      long id,
      Principal principal,
      ChannelHandlerContext ctx,
      int loopIndex,
      SlowConsumerPolicy slowConsumerPolicy) {
    this(id, principal, ctx, loopIndex, slowConsumerPolicy, null);
  }

  /**
   * @param id unique on this node
   * @param ctx the context of the connection's handler, the only one in a settled pipeline
   * @param loopIndex the place of its event loop among the node's loops
   * @param deflater that of the event loop; null when compression was not negotiated
   */
  public Connection(
      long id,
      Principal principal,
      ChannelHandlerContext ctx,
      int loopIndex,
      SlowConsumerPolicy slowConsumerPolicy,
      @Nullable MessageDeflater deflater) {
    this.id = id;
    this.principal = principal;
    this.ctx = ctx;
    this.loopIndex = (byte) loopIndex;
    this.slowConsumerPolicy = slowConsumerPolicy;
    this.deflater = deflater;
  }

  /** Unique on this node. Threading: any thread. */
  public long id() {
    return id;
  }

  /** Threading: any thread. */
  public Principal principal() {
    return principal;
  }

  /** Goes on with a newer token. Fails: {@link IllegalArgumentException} for another user's. */
  public void refresh(Principal renewed) {
    if (!renewed.userId().equals(principal.userId())) {
      throw new IllegalArgumentException("another user's token");
    }
    principal = renewed;
    expiryTold = false;
  }

  /**
   * Notes that the client knows that its token ends.
   *
   * @return whether it is told now for the first time
   */
  public boolean markExpiryTold() {
    boolean first = !expiryTold;
    expiryTold = true;
    return first;
  }

  /** Threading: any thread. */
  public int loopIndex() {
    return loopIndex;
  }

  /** Runs the action on this connection's event loop. Threading: any thread. */
  public void execute(Runnable action) {
    ctx.executor().execute(action);
  }

  /** Whether frames still go out: neither a Close was sent nor is the socket gone. */
  public boolean isOpen() {
    return state == State.OPEN;
  }

  /** Whether our Close was sent and the socket is still there. */
  public boolean isClosing() {
    return state == State.CLOSING;
  }

  /**
   * Writes a frame without flushing it, unless the reader is too far behind.
   *
   * <p>Ownership: borrows the frame. Fails: never; the result says what became of it, and a frame
   * for a reader beyond the limit closes the connection with {@link CloseReason#SLOW_CONSUMER}.
   */
  public OfferResult offer(PreparedFrame frame) {
    assert ctx.executor().inEventLoop();
    if (state != State.OPEN) {
      return OfferResult.GONE;
    }
    if (blocked != null && frame.isBy(blocked)) {
      PreparedFrame standIn = frame.standIn();
      OfferResult instead = standIn == null ? OfferResult.WRITTEN : offer(standIn);
      return instead == OfferResult.WRITTEN ? OfferResult.WITHHELD : instead;
    }
    long waiting = pendingBytes();
    if (waiting + frame.sizeBytes() > slowConsumerPolicy.closeAboveBytes()) {
      close(CloseReason.SLOW_CONSUMER);
      return OfferResult.CLOSED_SLOW;
    }
    if (waiting > slowConsumerPolicy.dropAboveBytes() && frame.delivery() == Delivery.EPHEMERAL) {
      return OfferResult.DROPPED;
    }
    ByteBuf octets = deflater == null ? frame.content() : frame.deflated(deflater);
    ctx.write(octets.retainedDuplicate(), ctx.voidPromise());
    return OfferResult.WRITTEN;
  }

  /**
   * Whether several frames may be written as one: none of them could be left out, because the
   * reader keeps up and wants to read everybody.
   */
  public boolean takesAll() {
    return blocked == null && pendingBytes() <= slowConsumerPolicy.dropAboveBytes();
  }

  /** Whether so many octets at once still leave room for what follows them. */
  public boolean hasRoomFor(long octets) {
    return pendingBytes() + octets <= slowConsumerPolicy.closeAboveBytes() / 2;
  }

  /** Offers a frame and flushes it soon. Ownership: takes one reference. */
  public OfferResult send(PreparedFrame frame) {
    try {
      OfferResult result = offer(frame);
      flushSoon();
      return result;
    } finally {
      frame.release();
    }
  }

  /** Sends an envelope to this connection alone. */
  public OfferResult send(byte[] envelope, Delivery delivery) {
    return send(PreparedFrame.text(ctx.alloc(), envelope, delivery));
  }

  /** Writes a control frame or an echo. Ownership: takes the frame. */
  public void sendRaw(ByteBuf frame) {
    if (state != State.OPEN || pendingBytes() > slowConsumerPolicy.closeAboveBytes()) {
      // Beyond the limit even a pong is one too many: the peer does not read.
      frame.release();
      return;
    }
    ctx.write(frame, ctx.voidPromise());
    flushSoon();
  }

  /**
   * Notes that the fan-out wrote here.
   *
   * @return whether this is the first time since the last {@link #flushTouched}
   */
  public boolean markTouched() {
    boolean first = !touched;
    touched = true;
    return first;
  }

  /** Puts what the fan-out wrote on the wire. */
  public void flushTouched() {
    touched = false;
    ctx.flush();
  }

  /** While a read is in progress, answers wait for its end and leave together. */
  public void beginRead() {
    reading = true;
  }

  public void endRead() {
    reading = false;
    if (flushPending) {
      flushPending = false;
      ctx.flush();
    }
  }

  /**
   * Sends our Close and lets the peer answer it; nothing is sent after it. A second call changes
   * nothing.
   *
   * <p>Threading: any thread. Spec: RFC 6455 §7.1.2.
   */
  public void close(CloseReason reason) {
    if (!ctx.executor().inEventLoop()) {
      execute(() -> close(reason));
      return;
    }
    if (state == State.OPEN) {
      state = State.CLOSING;
      ctx.writeAndFlush(
          FrameEncoder.close(ctx.alloc(), reason.code(), reason.text()), ctx.voidPromise());
    }
  }

  /**
   * Sends our Close to a peer that cannot answer it any more, because it broke the rules: no more
   * is sent, what it still sends is not looked at, and it ends the socket when it has read this.
   *
   * <p>Ending the socket here and now could cost the peer the Close: the system answers octets
   * nobody reads with a reset. Spec: RFC 6455 §7.1.7.
   */
  public void fail(CloseReason reason) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      ctx.writeAndFlush(FrameEncoder.close(ctx.alloc(), reason.code(), reason.text()))
          .addListener(sent -> endOutput());
    }
  }

  /**
   * Answers the peer's Close, if ours did not go out before, and ends the socket.
   *
   * @param code the code to echo, or -1 for none. Spec: RFC 6455 §5.5.1.
   */
  public void answerClose(int code) {
    if (state == State.OPEN) {
      state = State.CLOSED;
      ctx.writeAndFlush(FrameEncoder.close(ctx.alloc(), code, null))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      abort();
    }
  }

  /** Ends the socket at once, without a Close. */
  public void abort() {
    state = State.CLOSED;
    ctx.close();
  }

  /** Says that the socket is gone. */
  public void markGone() {
    state = State.CLOSED;
  }

  /** Octets written and not yet taken by the kernel. */
  public long pendingBytes() {
    ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** When the peer was last heard, in ticks of its loop's heartbeat. */
  public int lastHeardTick() {
    return lastHeardTick;
  }

  public void heardAt(int tick) {
    lastHeardTick = tick;
  }

  /** Whether its user says that he does not look at it. */
  public boolean isAway() {
    return away;
  }

  /** Returns whether that is news. */
  public boolean setAway(boolean isAway) {
    boolean changed = away != isAway;
    away = isAway;
    return changed;
  }

  /** Whom its user does not want to read; null when there is nobody. */
  public @Nullable Set<String> blocked() {
    return blocked;
  }

  /** From now on, what these write is left out: their user does not want to read them. */
  public void block(Set<String> users) {
    blocked = users.isEmpty() ? null : users;
  }

  /** How many more commands it may send now. */
  public CommandBudget commands() {
    return commands;
  }

  /** The subscription to that channel, or null when there is none. */
  public @Nullable Subscription subscription(ChannelName channel) {
    return subscriptions.get(channel);
  }

  public int subscriptionCount() {
    return subscriptions.size();
  }

  public void forEachSubscription(Consumer<Subscription> action) {
    subscriptions.forEach(action);
  }

  /** Remembers a subscription; only the fan-out calls this. */
  public void addSubscription(Subscription subscription) {
    subscriptions.add(subscription);
  }

  /** Forgets a subscription; only the fan-out calls this. */
  public @Nullable Subscription removeSubscription(ChannelName channel) {
    return subscriptions.remove(channel);
  }

  /** Forgets every subscription; only the fan-out calls this. */
  public void clearSubscriptions() {
    subscriptions.clear();
  }

  /** The socket below. Threading: any thread. */
  public Channel socketChannel() {
    return ctx.channel();
  }

  @Override
  public String toString() {
    return "connection " + id;
  }

  private void flushSoon() {
    if (reading) {
      flushPending = true;
    } else {
      ctx.flush();
    }
  }

  private void endOutput() {
    if (ctx.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex.shutdownOutput();
    } else {
      ctx.close();
    }
  }

  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }
}
