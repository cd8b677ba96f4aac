package io.velonx.gateway.server.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A wire between browser and node that can be cut. Threading: any thread; two threads for every
 * connection behind it.
 */
public final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private Relay(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  /** Listens on a port of its own and passes everything on to the target port. */
  public static Relay to(int target) throws IOException {
    Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    start(relay::accept);
    return relay;
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Cuts everything that is open. What comes later is served again. */
  public void cut() {
    sockets.forEach(Relay::close);
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(far);
        start(() -> pass(near, far));
        start(() -> pass(far, near));
      } catch (IOException closed) {
        // Either this relay, or a browser that went away meanwhile.
      }
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException cut) {
      // That is what it is for.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError("closing a socket failed", e);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
