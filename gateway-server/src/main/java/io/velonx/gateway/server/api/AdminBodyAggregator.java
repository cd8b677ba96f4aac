package io.velonx.gateway.server.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.velonx.gateway.server.http.HttpWriter;

/** Collects a request and its body, and says so when it is too large. */
final class AdminBodyAggregator extends HttpObjectAggregator {
  private final int maxBodyBytes;

  AdminBodyAggregator(int maxBodyBytes) {
    super(maxBodyBytes);
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    HttpWriter.write(
        ctx,
        Problem.PAYLOAD_TOO_LARGE.answer("body: at most " + maxBodyBytes + " octets"),
        true,
        false);
    ctx.flush();
  }
}
