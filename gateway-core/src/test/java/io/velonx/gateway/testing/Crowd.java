package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Pages that only listen: real WebSockets whose frames are counted in octets and thrown away.
 *
 * <p>Threading: any; reading happens on a thread of its own.
 */
public final class Crowd implements AutoCloseable {
  private final Selector selector;
  private final Thread reader;
  private final AtomicLong receivedBytes = new AtomicLong();

  private Crowd(Selector selector) {
    this.selector = selector;
    reader = new Thread(this::read, "crowd");
    reader.setDaemon(true);
  }

  /**
   * Connects them, one after the other.
   *
   * @param room the room each subscribes to, with {@code #} for its own number; null for none
   * @param header a line for the upgrade request; empty for none
   */
  public static Crowd connect(int port, int size, @Nullable String room, String header)
      throws IOException {
    Crowd crowd = new Crowd(Selector.open());
    for (int i = 0; i < size; i++) {
      SocketChannel socket =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      String[] headers = header.isEmpty() ? new String[0] : new String[] {header};
      String request =
          RawClient.upgradeRequest(RawClient.PATH + "?token=crowd-" + port + "-" + i, headers);
      socket.write(ByteBuffer.wrap(request.getBytes(ISO_8859_1)));
      if (room != null) {
        String own = room.replace("#", Integer.toString(i));
        String subscribe =
            "{\"type\":\"SUBSCRIBE\",\"id\":\"1\",\"payload\":{\"roomId\":\"" + own + "\"}}";
        socket.write(ByteBuffer.wrap(RawClient.frame(RawClient.TEXT, subscribe.getBytes(UTF_8))));
      }
      readUntil(socket, room == null ? "USER_JOINED" : "ACK");
      socket.configureBlocking(false);
      socket.register(crowd.selector, SelectionKey.OP_READ);
    }
    crowd.reader.start();
    return crowd;
  }

  /** Octets received since everybody was connected. */
  public long receivedBytes() {
    return receivedBytes.get();
  }

  @Override
  public void close() {
    reader.interrupt();
    try {
      reader.join();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("the crowd did not leave", e);
    }
  }

  private static void readUntil(SocketChannel socket, String text) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    while (!new String(buffer.array(), 0, buffer.position(), ISO_8859_1).contains(text)) {
      if (socket.read(buffer) < 0) {
        throw new EOFException("refused before " + text);
      }
    }
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        selector.select(key -> readOne(key, buffer));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void readOne(SelectionKey key, ByteBuffer buffer) {
    try {
      buffer.clear();
      int octets = ((SocketChannel) key.channel()).read(buffer);
      if (octets < 0) {
        key.cancel();
      } else {
        receivedBytes.addAndGet(octets);
      }
    } catch (IOException gone) {
      key.cancel();
    }
  }
}
