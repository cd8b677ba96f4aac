package io.velonx.gateway.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.velonx.gateway.pipeline.HttpAnswer;

/** Writes whole answers. Threading: event loop of the socket. */
public final class HttpWriter {
  private HttpWriter() {}

  /**
   * Writes, and leaves it to the caller to flush.
   *
   * @param withBody false for a HEAD request
   * @param keepAlive whether the socket stays open afterwards
   */
  public static void write(
      ChannelHandlerContext ctx, HttpAnswer answer, boolean withBody, boolean keepAlive) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            withBody ? Unpooled.wrappedBuffer(answer.body()) : Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    response.headers().set("X-Content-Type-Options", "nosniff");
    answer.headers().forEach(response.headers()::set);
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = ctx.write(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }
}
