package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A client that writes and reads plain octets, so that a test can send what no library would.
 *
 * <p>Threading: one thread, the test's. Fails: every read ends after {@link #READ_TIMEOUT} at the
 * latest, with an {@link UncheckedIOException}.
 */
public final class RawClient implements Closeable {
  public static final String PATH = "/api/community/ws";
  public static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  public static final int FIN = 0x80;
  public static final int RSV1 = 0x40;
  public static final int RSV2 = 0x20;
  public static final int RSV3 = 0x10;

  private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /** What the server must make of {@link #KEY}; the example of RFC 6455 §1.3. */
  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) READ_TIMEOUT.toMillis());
    out = socket.getOutputStream();
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** A socket to that port of this machine; nothing is sent yet. */
  public static RawClient connect(int port) {
    return connect(port, 0);
  }

  /**
   * A socket that takes little at a time when its owner does not read.
   *
   * @param receiveBufferBytes what the system may hold for it; 0 for the default
   */
  public static RawClient connect(int port, int receiveBufferBytes) {
    try {
      Socket socket = new Socket();
      if (receiveBufferBytes > 0) {
        socket.setReceiveBufferSize(receiveBufferBytes);
      }
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      socket.connect(address, (int) READ_TIMEOUT.toMillis());
      return new RawClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A WebSocket on the usual path, with that token. Fails: when the answer is not a right 101. */
  public static RawClient open(int port, String token) {
    return upgrade(port, PATH + "?token=" + token);
  }

  /** A WebSocket; {@code headers} are whole lines without line ends. */
  public static RawClient upgrade(int port, String target, String... headers) {
    RawClient client = connect(port);
    client.sendAscii(upgradeRequest(target, headers));
    HttpHead answer = client.readHead();
    if (answer.status() != 101 || !ACCEPT.equals(answer.header("Sec-WebSocket-Accept"))) {
      client.close();
      throw new IllegalStateException("not upgraded: " + answer);
    }
    return client;
  }

  /** A right upgrade request; {@code headers} are added to it. */
  public static String upgradeRequest(String target, String... headers) {
    StringBuilder request = new StringBuilder();
    request.append("GET ").append(target).append(" HTTP/1.1\r\n");
    request.append("Host: localhost\r\n");
    request.append("Upgrade: websocket\r\n");
    request.append("Connection: Upgrade\r\n");
    request.append("Sec-WebSocket-Key: ").append(KEY).append("\r\n");
    request.append("Sec-WebSocket-Version: 13\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  /** A masked frame of a client: FIN set, no RSV bits. */
  public static byte[] frame(int opcode, byte[] payload) {
    return frame(FIN | opcode, payload, payload.length);
  }

  /**
   * A masked frame.
   *
   * @param opening the first octet: FIN, RSV bits and opcode
   * @param announced the length in the header, whatever the payload has
   */
  public static byte[] frame(int opening, byte[] payload, long announced) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(opening);
    if (announced < 126) {
      frame.write(0x80 | (int) announced);
    } else if (announced <= 0xFFFF) {
      frame.write(0x80 | 126);
      frame.writeBytes(ByteBuffer.allocate(2).putShort((short) announced).array());
    } else {
      frame.write(0x80 | 127);
      frame.writeBytes(ByteBuffer.allocate(8).putLong(announced).array());
    }
    frame.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      frame.write(payload[i] ^ MASK[i & 3]);
    }
    return frame.toByteArray();
  }

  /** The payload of a Close frame. */
  public static byte[] closePayload(int code, byte[] reason) {
    return ByteBuffer.allocate(2 + reason.length).putShort((short) code).put(reason).array();
  }

  public void send(byte[] octets) {
    try {
      out.write(octets);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void sendAscii(String text) {
    send(text.getBytes(ISO_8859_1));
  }

  public void sendText(String text) {
    send(frame(TEXT, text.getBytes(UTF_8)));
  }

  public void sendClose(int code) {
    send(frame(CLOSE, closePayload(code, new byte[0])));
  }

  /** The head of an HTTP answer; what follows is left for the next read. */
  public HttpHead readHead() {
    try {
      List<String> lines = new ArrayList<>();
      for (String line = readLine(); !line.isEmpty(); line = readLine()) {
        lines.add(line);
      }
      return HttpHead.parse(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The head and as much body as it announces. */
  public HttpResponse readResponse() {
    HttpHead head = readHead();
    try {
      byte[] body = in.readNBytes(Integer.parseInt(head.required("Content-Length")));
      return new HttpResponse(head, new String(body, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame. Fails: when the stream ends before it is whole. */
  public Frame readFrame() {
    Frame frame = readFrameOrEnd();
    if (frame == null) {
      throw new UncheckedIOException(new EOFException("the server ended the stream"));
    }
    return frame;
  }

  /** The next frame, or null when the server ended the stream, or the socket, before it. */
  public @Nullable Frame readFrameOrEnd() {
    try {
      int opening = in.read();
      if (opening < 0) {
        return null;
      }
      int lengthOctet = in.readUnsignedByte();
      if ((lengthOctet & 0x80) != 0) {
        throw new IOException("a masked frame from a server");
      }
      long length = lengthOctet;
      if (lengthOctet == 126) {
        length = in.readUnsignedShort();
      } else if (lengthOctet == 127) {
        length = in.readLong();
      }
      byte[] payload = new byte[Math.toIntExact(length)];
      in.readFully(payload);
      return new Frame(opening, payload);
    } catch (java.net.SocketException reset) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of the next frame, which must be a whole text message. */
  public String readText() {
    Frame frame = readFrame();
    if (frame.opening() != (FIN | TEXT)) {
      throw new IllegalStateException("not a text message: " + frame);
    }
    return frame.text();
  }

  /**
   * Skips data and control frames up to the server's Close, then makes sure that nothing follows
   * it. Returns its code, or -1 when it has none.
   */
  public int readClose() {
    Frame frame = readFrame();
    while (frame.opcode() != CLOSE) {
      frame = readFrame();
    }
    int code = frame.closeCode();
    if (!isEnded()) {
      throw new IllegalStateException("something follows the Close");
    }
    return code;
  }

  /** Whether the server ends the stream without a further octet. Waits for it. */
  public boolean isEnded() {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How long a read may wait. */
  public RawClient readTimeout(Duration timeout) {
    try {
      socket.setSoTimeout((int) timeout.toMillis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Ends our direction only, as {@code shutdown(SHUT_WR)} does. */
  public void endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the socket with a reset instead of a FIN. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rest of the stream, unread octets of it. */
  public InputStream input() {
    return in;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      line.append((char) c);
    }
    if (line.length() == 0 || line.charAt(line.length() - 1) != '\r') {
      throw new IOException("a line without CR");
    }
    line.setLength(line.length() - 1);
    return line.toString();
  }

  /**
   * A frame as it came.
   *
   * @param opening the first octet: FIN, RSV bits and opcode
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Frame(int opening, byte[] payload) {
    public int opcode() {
      return opening & 0x0F;
    }

    public boolean isDeflated() {
      return (opening & RSV1) != 0;
    }

    public String text() {
      return new String(payload, UTF_8);
    }

    /** The code of a Close; -1 when it has none. */
    public int closeCode() {
      if (opcode() != CLOSE) {
        throw new IllegalStateException("not a Close: " + this);
      }
      return payload.length < 2 ? -1 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    @Override
    public String toString() {
      return "frame 0x" + Integer.toHexString(opening) + " " + payload.length + " octets";
    }
  }

  /** The status line and the headers of an answer; names in any case. */
  public record HttpHead(String statusLine, Map<String, String> headers) {
    static HttpHead parse(List<String> lines) throws IOException {
      if (lines.isEmpty() || !lines.get(0).startsWith("HTTP/1.1 ")) {
        throw new IOException("not an HTTP answer: " + lines);
      }
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String line : lines.subList(1, lines.size())) {
        int colon = line.indexOf(':');
        if (headers.put(line.substring(0, colon), line.substring(colon + 1).strip()) != null) {
          throw new IOException("twice in an answer: " + line);
        }
      }
      return new HttpHead(lines.get(0), headers);
    }

    public int status() {
      return Integer.parseInt(statusLine.substring(9, 12));
    }

    public @Nullable String header(String name) {
      return headers.get(name);
    }

    public String required(String name) {
      String value = headers.get(name);
      if (value == null) {
        throw new IllegalStateException("no " + name + " in " + this);
      }
      return value;
    }
  }

  /** A whole answer. */
  public record HttpResponse(HttpHead head, String body) {
    public int status() {
      return head.status();
    }
  }
}
