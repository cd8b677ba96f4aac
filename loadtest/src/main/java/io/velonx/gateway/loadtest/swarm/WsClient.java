package io.velonx.gateway.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.Dialect.Opening;
import io.velonx.gateway.loadtest.dialect.Step;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Timing;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of the swarm: handshake, opening script, frames, closing. The only handler of its
 * channel, and cheap per read: octets are copied once into the scratch memory of the loop, frames
 * are walked there, and only what is left of the last one is kept.
 *
 * <p>Threading: event loop of this connection. Fails: the first reason is counted and told by
 * {@link #onFailed}.
 */
abstract class WsClient extends ChannelInboundHandlerAdapter {
  private static final byte[] NOTHING = {};
  private static final byte[] NORMAL_CLOSURE = {0x03, (byte) 0xE8};

  final ClientLoop loop;
  final long index;
  private final Opening opening;
  private final int @Nullable [] rooms;
  private List<Step> steps;
  private Phase phase = Phase.IDLE;
  private @Nullable Channel channel;
  private byte[] carry = NOTHING;
  private int carried;
  private int step;
  private int sent;
  private int awaited;
  private long startedNanos;
  private long connectedNanos;

  WsClient(ClientLoop loop, long index, Opening opening, int @Nullable [] rooms) {
    this.loop = loop;
    this.index = index;
    this.opening = opening;
    this.rooms = rooms;
    steps = opening.steps();
  }

  private enum Phase {
    IDLE,
    CONNECTING,
    UPGRADING,
    SCRIPT,
    OPEN,
    CLOSING
  }

  /** The script is done. */
  abstract void onOpen();

  /** It ended before the script was done. */
  abstract void onFailed();

  /** It was open, and the stream ended; {@code asked} when {@link #close} was called before. */
  abstract void onEnded(boolean asked);

  /** The payload of a data frame. */
  abstract void onData(byte[] data, int from, int to, long nowNanos);

  /** The payload of a pong. */
  void onPong(long nowNanos) {}

  final void connect(List<Step> script) {
    steps = script;
    step = 0;
    awaited = 0;
    carried = 0;
    phase = Phase.CONNECTING;
    startedNanos = System.nanoTime();
    loop.connect(index, this)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                failed("no connection: " + done.cause().getMessage());
              }
            });
  }

  final boolean isOpen() {
    return phase == Phase.OPEN;
  }

  /** When {@link #connect} was called. */
  final long startedNanos() {
    return startedNanos;
  }

  final @Nullable Channel channel() {
    return channel;
  }

  /** Sends a Close and waits for the server's. */
  final void close() {
    Channel ch = channel;
    if (ch != null && phase == Phase.OPEN) {
      phase = Phase.CLOSING;
      loop.write(ch, ClientFrame.CLOSE, NORMAL_CLOSURE);
      ch.flush();
    }
  }

  /** Ends the socket at once, without a word. */
  final void drop() {
    phase = phase == Phase.OPEN ? Phase.CLOSING : phase;
    if (channel != null) {
      channel.close();
    }
  }

  /** Gives up on a connection that takes too long to open. */
  final void giveUp() {
    String waiting =
        phase == Phase.SCRIPT
            ? "step " + (step + 1) + " of the opening script"
            : phase == Phase.UPGRADING ? "the answer to the upgrade" : "a connection";
    failed("timed out waiting for " + waiting);
  }

  @Override
  public final boolean isSharable() {
    return true; // the same client comes back on another channel
  }

  @Override
  public final void channelActive(ChannelHandlerContext ctx) {
    if (phase != Phase.CONNECTING) {
      ctx.close(); // given up in the meantime
      return;
    }
    channel = ctx.channel();
    phase = Phase.UPGRADING;
    connectedNanos = System.nanoTime();
    byte[] request =
        loop.handshake.request(opening, loop.endpoint(index), loop.valuesOf(index, rooms));
    ctx.writeAndFlush(ctx.alloc().directBuffer(request.length).writeBytes(request));
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf read = (ByteBuf) message;
    try {
      int octets = read.readableBytes();
      loop.counters.add(Count.READS);
      loop.counters.add(Count.OCTETS, octets);
      byte[] data = loop.scratch(carried + octets);
      System.arraycopy(carry, 0, data, 0, carried);
      read.readBytes(data, carried, octets);
      int end = carried + octets;
      keep(data, walk(data, end), end);
    } catch (IllegalArgumentException e) {
      loop.counters.note(String.valueOf(e.getMessage()));
      ctx.close();
    } finally {
      read.release();
    }
  }

  /** Goes over what came, and answers where the octets begin that are to be kept. */
  private int walk(byte[] data, int end) {
    int from = 0;
    if (phase == Phase.UPGRADING) {
      from = Handshake.endOfHead(data, 0, end);
      if (from < 0) {
        return 0;
      }
      upgraded(data, from);
    }
    long nowNanos = System.nanoTime();
    FrameWalker frames = loop.frames;
    frames.start(data, from, end);
    while (frames.hasNext()) {
      frame(frames.opcode(), data, frames.from(), frames.to(), nowNanos);
    }
    return frames.rest();
  }

  private void keep(byte[] data, int from, int end) {
    carried = end - from;
    if (carried > carry.length) {
      carry = Arrays.copyOfRange(data, from, end);
    } else if (carried > 0) {
      System.arraycopy(data, from, carry, 0, carried);
    } else {
      carry = NOTHING; // tens of thousands of idle connections keep none
    }
  }

  private void upgraded(byte[] data, int end) {
    String problem = loop.handshake.problem(data, 0, end);
    if (problem != null) {
      failed(problem);
      return;
    }
    loop.counters.add(Count.UPGRADED);
    loop.counters.time(Timing.UPGRADE, System.nanoTime() - connectedNanos);
    phase = Phase.SCRIPT;
    proceed();
  }

  private void frame(int opcode, byte[] data, int from, int to, long nowNanos) {
    switch (opcode) {
      case ClientFrame.PING -> {
        Channel ch = channel;
        if (ch != null) {
          loop.write(ch, ClientFrame.PONG, Arrays.copyOfRange(data, from, to));
          ch.flush();
        }
      }
      case ClientFrame.PONG -> onPong(nowNanos);
      case ClientFrame.CLOSE -> closed(data, from, to);
      default -> {
        if (phase == Phase.SCRIPT) {
          scripted(data, from, to);
        }
        reply(data, from, to);
        onData(data, from, to, nowNanos);
      }
    }
  }

  /** Counts what the present step waits for. */
  private void scripted(byte[] data, int from, int to) {
    if (awaited > 0 && steps.get(step) instanceof Step.Expect expect) {
      awaited -= Octets.count(data, from, to, expect.text());
      if (awaited <= 0) {
        awaited = 0;
        step++;
        proceed();
      }
    }
  }

  /** Goes on with the script until it has to wait, or is done. */
  private void proceed() {
    Channel ch = channel;
    if (ch == null) {
      return;
    }
    while (step < steps.size()) {
      if (steps.get(step) instanceof Step.Send send) {
        send(ch, send);
        step++;
      } else {
        awaited = Math.max(1, sent);
        sent = 0;
        ch.flush();
        return;
      }
    }
    ch.flush();
    phase = Phase.OPEN;
    loop.counters.add(Count.OPENED);
    loop.counters.time(Timing.OPENING, System.nanoTime() - startedNanos);
    onOpen();
  }

  private void send(Channel ch, Step.Send send) {
    Values values = loop.valuesOf(index, rooms);
    sent = rooms != null && send.isPerRoom() ? rooms.length : 1;
    for (int i = 0; i < sent; i++) {
      values.room = rooms == null ? 0 : rooms[i];
      values.slot = i + 1L;
      beforeSend(values, i);
      loop.write(ch, send.frame());
    }
  }

  /** Fills in what only a subclass knows of the room at that place. */
  void beforeSend(Values values, int place) {}

  private void reply(byte[] data, int from, int to) {
    for (Dialect.Reply reply : loop.dialect.replies()) {
      Channel ch = channel;
      if (ch != null && Octets.isLine(data, from, to, reply.text())) {
        loop.valuesOf(index, rooms);
        loop.write(ch, reply.answer());
        ch.flush();
      }
    }
  }

  /** The server's Close: its answer, or the first one, which is answered. */
  private void closed(byte[] data, int from, int to) {
    Channel ch = channel;
    if (ch == null) {
      return;
    }
    if (phase == Phase.CLOSING) {
      loop.counters.add(Count.CLOSED);
    } else {
      int code = to - from < 2 ? 1005 : (data[from] & 0xFF) << 8 | (data[from + 1] & 0xFF);
      loop.counters.note("the server closed a connection with " + code);
      loop.write(ch, ClientFrame.CLOSE, Arrays.copyOfRange(data, from, Math.min(to, from + 2)));
      ch.flush();
    }
    ch.close();
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    if (ctx.channel() != channel) {
      return; // one that was given up before
    }
    channel = null;
    carried = 0;
    carry = NOTHING;
    boolean asked = phase == Phase.CLOSING;
    if (asked || phase == Phase.OPEN) {
      phase = Phase.IDLE;
      if (!asked) {
        loop.counters.add(Count.ENDED);
      }
      onEnded(asked);
    } else {
      failed("the server ended a connection while it opened");
    }
  }

  private void failed(String reason) {
    if (phase == Phase.CONNECTING || phase == Phase.UPGRADING || phase == Phase.SCRIPT) {
      phase = Phase.IDLE;
      loop.counters.fail(reason);
      Channel ch = channel;
      channel = null;
      if (ch != null) {
        ch.close();
      }
      onFailed();
    }
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext ctx) {}

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {}

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    loop.counters.note("a connection broke: " + cause);
    ctx.close();
  }
}
