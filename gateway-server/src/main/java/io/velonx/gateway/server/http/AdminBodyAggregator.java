package io.velonx.gateway.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

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
        Json.error(
            413,
            "PAYLOAD_TOO_LARGE",
            "body: at most " + maxBodyBytes + " octets (limits.message-bytes)"),
        true,
        false);
  }
}
