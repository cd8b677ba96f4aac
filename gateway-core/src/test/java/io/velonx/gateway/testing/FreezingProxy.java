package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a node and Redis, and can be what networks are at times: away, or there and
 * carrying nothing. Threading: any thread.
 */
public final class FreezingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();
  // The end at Redis of connections that listen to topics, by the end at the node.
  private final Map<Socket, Socket> subscribers = new ConcurrentHashMap<>();
  private volatile boolean cut;
  private volatile boolean deaf;
  private volatile boolean swallowing;

  public FreezingProxy(String redisUrl) {
    target = URI.create(redisUrl);
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run(this::accept);
  }

  public String url() {
    return "redis://127.0.0.1:" + server.getLocalPort();
  }

  /** What is connected now carries nothing any more; what connects later does. */
  public void freeze() {
    frozen.addAll(open);
  }

  /** Ends what is connected and refuses what comes, until {@link #restore}. */
  public void cut() {
    cut = true;
    for (Socket socket : open) {
      close(socket);
    }
    open.clear();
  }

  public void restore() {
    cut = false;
  }

  /** Connections that listen to topics now hear nothing any more; what connects later does. */
  public void deafen() {
    frozen.addAll(subscribers.values());
  }

  /** As {@link #deafen}, for those that connect later too. */
  public void deafenForGood() {
    deaf = true;
    deafen();
  }

  /** Has Redis forget a topic behind the back of the node. */
  public void unsubscribe(String topic) {
    swallowing = true;
    byte[] command =
        ("*2\r\n$11\r\nUNSUBSCRIBE\r\n$" + topic.length() + "\r\n" + topic + "\r\n")
            .getBytes(ISO_8859_1);
    try {
      for (Socket redis : subscribers.values()) {
        if (!redis.isClosed()) {
          redis.getOutputStream().write(command);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      if (cut) {
        client.close();
        continue;
      }
      try {
        Socket redis = new Socket(target.getHost(), target.getPort());
        open.add(client);
        open.add(redis);
        run(() -> copy(client, redis, true));
        run(() -> copy(redis, client, false));
      } catch (IOException away) {
        client.close();
      }
    }
  }

  private void copy(Socket from, Socket to, boolean fromNode) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] octets = new byte[8192];
    try {
      for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
        String text = new String(octets, 0, n, ISO_8859_1);
        if (fromNode && text.contains("SUBSCRIBE\r\n") && subscribers.put(from, to) == null) {
          if (deaf) {
            frozen.add(to);
          }
        }
        boolean swallowed = !fromNode && swallowing && text.contains("unsubscribe");
        if (!swallowed && !frozen.contains(from)) {
          out.write(octets, 0, n);
        }
      }
    } finally {
      subscribers.remove(from);
      to.close();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
