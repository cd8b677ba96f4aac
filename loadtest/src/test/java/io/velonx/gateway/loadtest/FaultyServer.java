package io.velonx.gateway.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A small WebSocket server that can be told what to do wrong, and keeps count of it. It knows
 * {@code SUB room [offset epoch]}, {@code PUB room body} and {@code PING}, and takes POSTs to
 * {@code /rooms/room}; every room has a history.
 */
final class FaultyServer implements AutoCloseable {
  /** How the swarm speaks to it. */
  static final String DIALECT =
      """
      label = faulty
      open = send text:SUB ${room}
      open = expect OK
      resume = send text:SUB ${room} ${offset} ${epoch}
      resume = expect OK
      offset.after = "offset":
      epoch.after = "epoch":"
      body = {"m":"${marker}${padding}"}
      publish.frame = text:PUB ${room} ${body}
      publish.target = /rooms/${room}
      reply = ARE YOU THERE => text:YES
      echo.send = text:PING
      echo.expect = PONG
      """;

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FIN = 0x80;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int CLOSE = 8;

  private final Fault fault;
  private final int every;
  private final ServerSocket server;
  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private final Map<String, List<String>> histories = new ConcurrentHashMap<>();
  private final AtomicLong faults = new AtomicLong();
  private final AtomicLong replies = new AtomicLong();

  /** What it does to every n-th message of each connection. */
  enum Fault {
    NONE,
    DROP,
    REPEAT,
    /** Sends it after the next one. */
    SWAP,
    /** Sends it as three frames, two of them with half of the marker. */
    FRAGMENT,
    /** Sends both of two messages in one frame. */
    MERGE,
    /** Does nothing at all for half a second, once. */
    STALL,
    /** Asks whether the client is there, and expects an answer. */
    ASK
  }

  FaultyServer(Fault fault, int every) {
    this.fault = fault;
    this.every = every;
    try {
      server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** How often it did it. */
  long faults() {
    return faults.get();
  }

  /** Answers to its own questions. */
  long replies() {
    return replies.get();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "faulty server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Client client = new Client(server.accept());
        start(client::serve);
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  /** One at a time, so that all see the same order. */
  private synchronized void publish(String room, String body) throws IOException {
    List<String> history = histories.computeIfAbsent(room, unseen -> new ArrayList<>());
    history.add(body);
    String message = numbered(history.size(), body);
    boolean stalls = fault == Fault.STALL && history.size() % every == 0;
    if (stalls && faults.getAndIncrement() == 0) {
      long end = System.nanoTime() + 500_000_000;
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(end - System.nanoTime());
      }
    }
    for (Client client : clients) {
      if (client.rooms.contains(room)) {
        try {
          client.deliver(message);
        } catch (IOException gone) {
          // It removes itself when its reads end
        }
      }
    }
  }

  private synchronized void subscribe(Client client, String[] words) throws IOException {
    List<String> history = histories.computeIfAbsent(words[1], unseen -> new ArrayList<>());
    client.send("OK " + numbered(history.size(), "{}"));
    if (words.length > 2) {
      for (int i = Integer.parseInt(words[2]); i < history.size(); i++) {
        client.send(numbered(i + 1, history.get(i)));
      }
    }
    client.rooms.add(words[1]);
    clients.add(client);
  }

  private static String numbered(int offset, String body) {
    return "{\"epoch\":\"e1\",\"offset\":" + offset + ",\"message\":" + body + "}";
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    clients.forEach(Client::close);
  }

  /** A socket, of a WebSocket or an HTTP client. */
  private final class Client {
    final Set<String> rooms = ConcurrentHashMap.newKeySet();
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private int delivered;
    private @Nullable String held;

    Client(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
      out = new java.io.BufferedOutputStream(socket.getOutputStream());
    }

    void serve() {
      try {
        String[] head = readHead();
        while (head[0].startsWith("POST /rooms/")) {
          String room = head[0].split("[/ ]", -1)[3];
          byte[] body = in.readNBytes(Integer.parseInt(header(head, "Content-Length")));
          publish(room, new String(body, UTF_8));
          raw("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
          head = readHead();
        }
        raw(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + accept(header(head, "Sec-WebSocket-Key"))
                + "\r\n\r\n");
        readFrames();
      } catch (IOException gone) {
        // As clients are.
      } finally {
        clients.remove(this);
        close();
      }
    }

    private void readFrames() throws IOException {
      while (true) {
        int opcode = in.readUnsignedByte() & 0x0F;
        byte[] payload = readPayload();
        String text = new String(payload, UTF_8);
        if (opcode == CLOSE) {
          frame(FIN | CLOSE, payload);
          return;
        } else if (text.equals("PING")) {
          send("PONG");
        } else if (text.equals("YES")) {
          replies.incrementAndGet();
        } else if (text.startsWith("SUB ")) {
          subscribe(this, text.split(" ", -1));
        } else if (text.startsWith("PUB ")) {
          String[] words = text.split(" ", 3);
          publish(words[1], words[2]);
        }
      }
    }

    private byte[] readPayload() throws IOException {
      int length = in.readUnsignedByte() & 0x7F;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = (int) in.readLong();
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < length; i++) {
        payload[i] ^= mask[i & 3];
      }
      return payload;
    }

    synchronized void deliver(String message) throws IOException {
      String before = held;
      held = null;
      boolean now = ++delivered % every == 0;
      if (now) {
        faults.incrementAndGet();
      }
      switch (now ? fault : Fault.NONE) {
        case NONE, STALL ->
            send(fault == Fault.MERGE && before != null ? before + message : message);
        case DROP -> {}
        case REPEAT -> {
          send(message);
          send(message);
        }
        case SWAP, MERGE -> held = message;
        case ASK -> {
          send("ARE YOU THERE");
          send(message);
        }
        case FRAGMENT -> {
          byte[] octets = message.getBytes(UTF_8);
          int middle = message.indexOf("~VM:") + 17;
          frame(TEXT, Arrays.copyOf(octets, middle));
          frame(CONTINUATION, Arrays.copyOfRange(octets, middle, middle + 3));
          frame(FIN | CONTINUATION, Arrays.copyOfRange(octets, middle + 3, octets.length));
        }
      }
      if (fault == Fault.SWAP && before != null) {
        send(before);
      }
    }

    void send(String text) throws IOException {
      frame(FIN | TEXT, text.getBytes(UTF_8));
    }

    private synchronized void frame(int opening, byte[] payload) throws IOException {
      out.write(opening);
      if (payload.length < 126) {
        out.write(payload.length);
      } else {
        out.write(126);
        out.write(payload.length >>> 8);
        out.write(payload.length);
      }
      out.write(payload);
      out.flush();
    }

    private synchronized void raw(String text) throws IOException {
      out.write(text.getBytes(UTF_8));
      out.flush();
    }

    private String[] readHead() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      return head.toString().split("\r\n", -1);
    }

    void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String header(String[] head, String name) {
    return Arrays.stream(head)
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  private static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
