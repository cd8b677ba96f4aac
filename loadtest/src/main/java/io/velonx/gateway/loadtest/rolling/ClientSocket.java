package io.velonx.gateway.loadtest.rolling;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.velonx.gateway.loadtest.swarm.ClientFrame;
import io.velonx.gateway.loadtest.swarm.FrameWalker;
import io.velonx.gateway.loadtest.swarm.Handshake;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket from its upgrade to its end, which the listener hears of exactly once.
 *
 * <p>Threading: its event loop. Spec: RFC 6455.
 */
final class ClientSocket extends ByteToMessageDecoder {
  /** By which the proxy knows a client's node. */
  static final String COOKIE = "GATEWAY";

  private static final Pattern SET_COOKIE =
      Pattern.compile("\r\nset-cookie: *(" + COOKIE + "=[^;\r]+)", Pattern.CASE_INSENSITIVE);

  private final Handshake handshake;
  private final byte[] request;
  private final Listener listener;
  private final FrameWalker frames = new FrameWalker();
  private @Nullable ChannelHandlerContext ctx;
  private boolean upgraded;
  private boolean ended;

  /** What becomes of a socket. */
  interface Listener {
    /**
     * The upgrade is done.
     *
     * @param cookie to be sent the next time; null when none was given
     */
    void onOpen(@Nullable String cookie);

    void onText(byte[] text);

    /**
     * It is over, or never began.
     *
     * @param code of the Close, or {@link ReturnPolicy#NO_CODE}
     */
    void onEnd(int code, String reason);
  }

  ClientSocket(Handshake handshake, byte[] request, Listener listener) {
    this.handshake = handshake;
    this.request = request;
    this.listener = listener;
  }

  void send(String text) {
    write(ClientFrame.TEXT, text.getBytes(UTF_8));
  }

  /** Ends it without a word. */
  void end(int code, String reason) {
    if (!ended) {
      ended = true;
      if (ctx != null) {
        ctx.close();
      }
      listener.onEnd(code, reason);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (ended) {
      context.close();
      return;
    }
    ctx = context;
    context.writeAndFlush(context.alloc().buffer(request.length).writeBytes(request));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    byte[] data = new byte[in.readableBytes()];
    in.getBytes(in.readerIndex(), data);
    int from = 0;
    if (!upgraded && !ended) {
      from = Handshake.endOfHead(data, 0, data.length);
      if (from < 0) {
        return;
      }
      upgraded(data, from);
    }
    if (ended) {
      in.skipBytes(data.length);
      return;
    }
    frames.start(data, from, data.length);
    while (!ended && frames.hasNext()) {
      frame(frames.opcode(), Arrays.copyOfRange(data, frames.from(), frames.to()));
    }
    in.skipBytes(ended ? data.length : frames.rest());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    end(ReturnPolicy.NO_CODE, upgraded ? "the socket broke" : "no answer to the upgrade");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(ReturnPolicy.NO_CODE, "the socket broke: " + cause);
  }

  private void upgraded(byte[] data, int end) {
    String problem = handshake.problem(data, 0, end);
    if (problem != null) {
      end(ReturnPolicy.NO_CODE, problem);
      return;
    }
    upgraded = true;
    Matcher cookie = SET_COOKIE.matcher(new String(data, 0, end, ISO_8859_1));
    listener.onOpen(cookie.find() ? cookie.group(1) : null);
  }

  private void frame(int opcode, byte[] payload) {
    switch (opcode) {
      case ClientFrame.TEXT -> listener.onText(payload);
      case ClientFrame.PING -> write(ClientFrame.PONG, payload);
      case ClientFrame.PONG -> {}
      case ClientFrame.CLOSE -> closed(payload);
      default -> throw new IllegalArgumentException("opcode " + opcode);
    }
  }

  private void closed(byte[] payload) {
    byte[] code = Arrays.copyOf(payload, Math.min(2, payload.length));
    write(ClientFrame.CLOSE, code);
    end(
        code.length < 2 ? 1005 : (code[0] & 0xFF) << 8 | (code[1] & 0xFF),
        new String(payload, code.length, payload.length - code.length, UTF_8));
  }

  private void write(int opcode, byte[] payload) {
    ChannelHandlerContext context = ctx;
    if (context != null && !ended) {
      int mask = ThreadLocalRandom.current().nextInt();
      context.writeAndFlush(ClientFrame.of(context.alloc(), opcode, payload, mask));
    }
  }
}
