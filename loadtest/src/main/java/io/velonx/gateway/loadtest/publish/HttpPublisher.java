package io.velonx.gateway.loadtest.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.velonx.gateway.loadtest.dialect.Template;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.swarm.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** POSTs, one at a time on each of several connections that stay open. */
final class HttpPublisher implements Publisher {
  private final Connections<Response> connections;
  private final int count;
  private final Template target;
  private final List<Template> headers;
  private final String host;
  private final Runnable ready;

  HttpPublisher(
      EventLoop events,
      Endpoint endpoint,
      int count,
      Template target,
      List<Template> headers,
      Runnable ready) {
    connections = new Connections<>(events, endpoint);
    this.count = count;
    this.target = target;
    this.headers = headers;
    this.ready = ready;
    host = "Host: " + endpoint.host() + ":" + endpoint.port() + "\r\n";
  }

  @Override
  public CompletableFuture<Void> open() {
    return connections.open(count, () -> new Response(ready));
  }

  @Override
  public boolean isReady(int connection) {
    return !connections.handler(connection).awaited && connections.channel(connection).isActive();
  }

  @Override
  public void publish(int connection, Values values) {
    Channel ch = connections.channel(connection);
    ByteBuf request = ch.alloc().directBuffer(256 + values.body.length);
    ascii(request, "POST ").writeBytes(target.render(values));
    ascii(request, " HTTP/1.1\r\n" + host + "Content-Length: " + values.body.length + "\r\n");
    for (Template header : headers) {
      ascii(request.writeBytes(header.render(values)), "\r\n");
    }
    ascii(request, "\r\n").writeBytes(values.body);
    connections.handler(connection).awaited = true;
    ch.write(request, ch.voidPromise());
  }

  @Override
  public void flush() {
    connections.flush();
  }

  @Override
  public long refused() {
    long refused = 0;
    for (int i = 0; i < count; i++) {
      refused += connections.handler(i).refused;
    }
    return refused;
  }

  @Override
  public int gone() {
    return connections.gone();
  }

  @Override
  public void close() {
    connections.close();
  }

  private static ByteBuf ascii(ByteBuf target, String text) {
    return target.writeBytes(text.getBytes(US_ASCII));
  }

  /** Waits for the end of an answer. Spec: RFC 9112 §6, §7.1. */
  private static final class Response extends Connections.Answers {
    boolean awaited;
    private boolean inHead = true;
    private boolean chunked;
    private int rest;

    Response(Runnable ready) {
      super(ready);
    }

    @Override
    void line(String text) {
      if (!inHead) {
        chunk(text);
      } else if (text.startsWith("HTTP/1.1 ")) {
        refused += text.charAt(9) == '2' ? 0 : 1;
        rest = 0;
        chunked = false;
      } else if (text.isEmpty()) {
        inHead = false;
        if (!chunked && rest == 0) {
          end();
        }
      } else {
        header(text.toLowerCase(Locale.ROOT));
      }
    }

    private void header(String text) {
      if (text.startsWith("content-length:")) {
        rest = Integer.parseInt(text.substring(15).strip());
      } else if (text.startsWith("transfer-encoding:")) {
        chunked = text.endsWith("chunked");
      }
    }

    /** Its size, the end of the one before it, or of the last one. */
    private void chunk(String text) {
      if (text.isEmpty()) {
        if (rest < 0) {
          end();
        }
        return;
      }
      rest = Integer.parseInt(text.split(";", 2)[0].strip(), 16);
      if (rest == 0) {
        rest = -1;
      }
    }

    @Override
    int skip() {
      return inHead ? 0 : rest;
    }

    @Override
    void skipped(int octets) {
      rest -= octets;
      if (rest == 0 && !chunked) {
        end();
      }
    }

    private void end() {
      inHead = true;
      rest = 0;
      awaited = false;
    }
  }
}
