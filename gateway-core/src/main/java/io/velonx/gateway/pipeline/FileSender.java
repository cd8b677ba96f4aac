package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.velonx.gateway.files.StoredFile;
import java.util.concurrent.RejectedExecutionException;

/**
 * Writes a part of a file to a socket, a piece at a time: the next is read when the system has
 * taken the last, so a slow reader costs one piece of memory.
 *
 * <p>Threading: event loop of the socket; the store reads. Ownership: closes the file.
 */
final class FileSender {
  private static final int PIECE_BYTES = 64 * 1024;

  private final ChannelHandlerContext ctx;
  private final StoredFile file;
  private final long to;
  private long at;

  FileSender(ChannelHandlerContext ctx, StoredFile file, long from, long to) {
    this.ctx = ctx;
    this.file = file;
    this.to = to;
    at = from;
  }

  /**
   * @param progress called before each piece
   * @param sent called when everything is with the system; never when the socket ends before that
   */
  void send(Runnable progress, Runnable sent) {
    progress.run();
    if (at == to) {
      file.close();
      ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener(flushed -> sent.run());
      return;
    }
    int length = (int) Math.min(PIECE_BYTES, to - at);
    ByteBuf piece = ctx.alloc().buffer(length);
    file.read(at, piece, length)
        .whenComplete(
            (read, failure) -> {
              boolean whole = failure == null && read == length;
              try {
                ctx.executor().execute(() -> write(piece, whole, progress, sent));
              } catch (RejectedExecutionException nodeHasStopped) {
                piece.release();
                file.close();
              }
            });
  }

  private void write(ByteBuf piece, boolean whole, Runnable progress, Runnable sent) {
    if (!whole || !ctx.channel().isActive()) {
      piece.release();
      end();
      return;
    }
    at += piece.readableBytes();
    ctx.writeAndFlush(piece)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                send(progress, sent);
              } else {
                end();
              }
            });
  }

  /** The answer cannot become whole any more. */
  private void end() {
    file.close();
    ctx.close();
  }
}
