package io.velonx.gateway.backplane.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between a node and Redis and can let connections stay open without carrying anything. */
final class FreezingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();

  FreezingProxy(String redisUrl) {
    target = URI.create(redisUrl);
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run(this::accept);
  }

  String url() {
    return "redis://127.0.0.1:" + server.getLocalPort();
  }

  /** What is connected now carries nothing any more; what connects later does. */
  void freeze() {
    frozen.addAll(open);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    while (!server.isClosed()) {
      Socket client = server.accept();
      Socket redis = new Socket(target.getHost(), target.getPort());
      open.add(client);
      open.add(redis);
      run(() -> copy(client, redis));
      run(() -> copy(redis, client));
    }
  }

  private void copy(Socket from, Socket to) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] octets = new byte[8192];
    try {
      for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
        if (!frozen.contains(from)) {
          out.write(octets, 0, n);
        }
      }
    } finally {
      to.close();
    }
  }

  private static void run(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException closed) {
                // The other end has gone; so has this.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private interface Task {
    void run() throws IOException;
  }
}
