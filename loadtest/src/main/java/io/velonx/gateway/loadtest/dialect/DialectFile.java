package io.velonx.gateway.loadtest.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.dialect.Dialect.Echo;
import io.velonx.gateway.loadtest.dialect.Dialect.Login;
import io.velonx.gateway.loadtest.dialect.Dialect.Opening;
import io.velonx.gateway.loadtest.dialect.Dialect.Place;
import io.velonx.gateway.loadtest.dialect.Dialect.Publishing;
import io.velonx.gateway.loadtest.dialect.Dialect.Reply;
import io.velonx.gateway.loadtest.dialect.Dialect.Way;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a {@link Dialect}: lines {@code key = value}, comments behind {@code #} at the
 * start of a line. White space around key and value does not count ({@code \x20} is a space). Keys
 * marked * may be repeated; their order is kept.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>value</th></tr>
 * <tr><td>{@code label}</td><td>name of the server in results; required</td></tr>
 * <tr><td>{@code url}</td><td>{@code ws://HOST:PORT}, when the command line names none</td></tr>
 * <tr><td>{@code path}</td><td>path and query of the upgrade, a template; {@code /}. A path on the
 *     command line replaces it up to the {@code ?}</td></tr>
 * <tr><td>{@code protocol}</td><td>{@code Sec-WebSocket-Protocol}, a template</td></tr>
 * <tr><td>{@code header} *</td><td>a header line of the upgrade, a template</td></tr>
 * <tr><td>{@code auth}</td><td>{@code none} (default) or {@code jwt}: {@code ${token}} is an HS256
 *     token</td></tr>
 * <tr><td>{@code auth.secret}</td><td>signs it, when the command line names no secret</td></tr>
 * <tr><td>{@code auth.subject}</td><td>its {@code sub}, a template; {@code user-${user}}</td></tr>
 * <tr><td>{@code auth.claims}</td><td>more of it, as {@code "name":"x","n":1}, a template</td></tr>
 * <tr><td>{@code open} *</td><td>a step after the 101: {@code send FRAME} or {@code expect TEXT}.
 *     A frame that names {@code ${room}} or {@code ${slot}} is sent once for each room of the
 *     connection. {@code expect} waits until TEXT was received as often as the step before it sent
 *     frames; occurrences are counted, so TEXT should be in an answer once</td></tr>
 * <tr><td>{@code resume} *</td><td>steps in place of {@code open} for a connection that comes back
 *     and saw an offset; may name {@code ${offset}} and {@code ${epoch}}</td></tr>
 * <tr><td>{@code offset.after}, {@code epoch.after}</td><td>the texts in front of both in what the
 *     server sends</td></tr>
 * <tr><td>{@code body}</td><td>the message, a template; must name {@code ${marker}}, and {@code
 *     ${padding}} to be of the size asked for</td></tr>
 * <tr><td>{@code reply} *</td><td>{@code TEXT => FRAME}: the answer to a message that equals TEXT,
 *     line ends behind it not counted</td></tr>
 * <tr><td>{@code echo.send}, {@code echo.expect}</td><td>a request frame and a text that is in its
 *     answer once; a {@code ping:} frame needs no text</td></tr>
 * <tr><td>{@code publish.by}</td><td>{@code ws} (default), {@code http} or {@code redis}</td></tr>
 * <tr><td>{@code publish.url}</td><td>{@code http://HOST:PORT} or {@code redis://HOST:PORT}; over
 *     {@code ws} the server itself</td></tr>
 * <tr><td>{@code publish.path}, {@code publish.protocol}</td><td>of a publisher's WebSocket; {@code
 *     path}, {@code protocol}</td></tr>
 * <tr><td>{@code publish.open} *</td><td>its steps after the 101; none</td></tr>
 * <tr><td>{@code publish.frame}</td><td>what it sends; {@code text:${body}}</td></tr>
 * <tr><td>{@code publish.target}</td><td>path of the POST over {@code http}, a template; what is
 *     posted is the body</td></tr>
 * <tr><td>{@code publish.channel}</td><td>channel of the PUBLISH over {@code redis}, a
 *     template</td></tr>
 * <tr><td>{@code publish.header} *</td><td>a header line of the upgrade or POST, a template</td></tr>
 * </table>
 *
 * <p>FRAME is described at {@link FrameTemplate}, templates at {@link Template}, their variables at
 * {@link Variable}; TEXT knows the escapes of a template.
 *
 * <p>Threading: any thread.
 */
public final class DialectFile {
  private static final String BUILT_IN = "gateway.dialect";

  private static final List<String> ONCE =
      List.of(
          "label",
          "url",
          "path",
          "protocol",
          "auth",
          "auth.secret",
          "auth.subject",
          "auth.claims",
          "offset.after",
          "epoch.after",
          "body",
          "echo.send",
          "echo.expect",
          "publish.by",
          "publish.url",
          "publish.path",
          "publish.protocol",
          "publish.frame",
          "publish.target",
          "publish.channel");

  private static final List<String> REPEATED =
      List.of("header", "open", "resume", "reply", "publish.open", "publish.header");

  private final String file;
  private final Map<String, List<Line>> lines = new LinkedHashMap<>();

  private DialectFile(String file) {
    this.file = file;
  }

  /** The dialect of the gateway itself. */
  public static Text builtIn() {
    try (InputStream in =
        Objects.requireNonNull(DialectFile.class.getResourceAsStream(BUILT_IN), BUILT_IN)) {
      return new Text(BUILT_IN, new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fails: {@link IOException} for a file that cannot be read. */
  public static Text read(Path path) throws IOException {
    return new Text(path.toString(), Files.readString(path, UTF_8));
  }

  /** The dialect a text stands for; {@code file} names it in failures. */
  static Dialect parse(String file, String text) throws DialectException {
    DialectFile parser = new DialectFile(file);
    parser.split(text);
    return parser.dialect();
  }

  private void split(String text) throws DialectException {
    List<String> all = text.lines().toList();
    for (int i = 0; i < all.size(); i++) {
      String line = all.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String key = (equals < 0 ? line : line.substring(0, equals)).strip();
      if (!ONCE.contains(key) && !REPEATED.contains(key)) {
        throw problem(
            i + 1,
            "unknown key "
                + key
                + " (expected one of "
                + String.join(", ", ONCE)
                + ", "
                + String.join(", ", REPEATED)
                + ")");
      }
      if (equals < 0) {
        throw problem(i + 1, key + " without = and a value");
      }
      List<Line> values = lines.computeIfAbsent(key, unseen -> new ArrayList<>());
      if (!values.isEmpty() && ONCE.contains(key)) {
        throw problem(i + 1, key + " a second time; it stands in line " + values.get(0).number);
      }
      values.add(new Line(i + 1, line.substring(equals + 1).strip()));
    }
  }

  private Dialect dialect() throws DialectException {
    Template path = one("path", "/", Template::parse);
    Template protocol = optional("protocol", Template::parse);
    Template body = required("body", Template::parse);
    if (!body.names(Variable.MARKER)) {
      throw problem(numberOf("body"), "body without ${marker}: nobody could find it again");
    }
    return new Dialect(
        required("label", value -> value),
        one("url", "ws://127.0.0.1:3000", value -> value),
        new Opening(path, protocol, all("header", Template::parse), all("open", Step::parse)),
        all("resume", Step::parse),
        place(),
        login(),
        body,
        publishing(path, protocol),
        all("reply", DialectFile::reply),
        echo());
  }

  private @Nullable Place place() throws DialectException {
    byte[] offset = optional("offset.after", Template::octets);
    byte[] epoch = optional("epoch.after", Template::octets);
    if ((offset == null) != (epoch == null)) {
      throw problem(
          Math.max(numberOf("offset.after"), numberOf("epoch.after")),
          "offset.after and epoch.after need each other");
    }
    return offset == null || epoch == null ? null : new Place(offset, epoch);
  }

  private @Nullable Login login() throws DialectException {
    boolean wanted =
        one(
            "auth",
            "none",
            value ->
                switch (value) {
                  case "none" -> false;
                  case "jwt" -> true;
                  default ->
                      throw new IllegalArgumentException(
                          "auth: " + value + " (expected: none or jwt)");
                });
    return wanted
        ? new Login(
            one("auth.secret", "", value -> value),
            one("auth.subject", "user-${user}", Template::parse),
            one("auth.claims", "", Template::parse))
        : null;
  }

  private Publishing publishing(Template path, @Nullable Template protocol)
      throws DialectException {
    Way way = one("publish.by", "ws", DialectFile::way);
    Template ownProtocol = optional("publish.protocol", Template::parse);
    Template target = optional("publish.target", Template::parse);
    Template channel = optional("publish.channel", Template::parse);
    if (way == Way.HTTP && target == null) {
      throw problem(numberOf("publish.by"), "publish.by = http without publish.target");
    }
    if (way == Way.REDIS && channel == null) {
      throw problem(numberOf("publish.by"), "publish.by = redis without publish.channel");
    }
    return new Publishing(
        way,
        optional("publish.url", value -> value),
        new Opening(
            one("publish.path", path.toString(), Template::parse),
            ownProtocol == null ? protocol : ownProtocol,
            all("publish.header", Template::parse),
            all("publish.open", Step::parse)),
        one("publish.frame", "text:${body}", FrameTemplate::parse),
        target,
        channel);
  }

  /** The way of publishing of that name. Fails: {@link IllegalArgumentException}. */
  public static Way way(String name) {
    for (Way way : Way.values()) {
      if (way.name().toLowerCase(Locale.ROOT).equals(name)) {
        return way;
      }
    }
    throw new IllegalArgumentException("publisher: " + name + " (expected: ws, http or redis)");
  }

  private @Nullable Echo echo() throws DialectException {
    FrameTemplate send = optional("echo.send", FrameTemplate::parse);
    byte[] expect = optional("echo.expect", Template::octets);
    if (send == null) {
      return null;
    }
    if (expect == null && send.opcode() != FrameTemplate.PING) {
      throw problem(numberOf("echo.send"), "echo.send without echo.expect");
    }
    return new Echo(send, expect);
  }

  private static Reply reply(String value) {
    int arrow = value.indexOf("=>");
    if (arrow < 0) {
      throw new IllegalArgumentException("reply: " + value + " (expected: TEXT => FRAME)");
    }
    return new Reply(
        Template.octets(value.substring(0, arrow).strip()),
        FrameTemplate.parse(value.substring(arrow + 2).strip()));
  }

  private <T> T required(String key, Function<String, T> parser) throws DialectException {
    T value = optional(key, parser);
    if (value == null) {
      throw problem(0, "no " + key);
    }
    return value;
  }

  private <T> T one(String key, String otherwise, Function<String, T> parser)
      throws DialectException {
    T value = optional(key, parser);
    return value == null ? parser.apply(otherwise) : value;
  }

  private <T> @Nullable T optional(String key, Function<String, T> parser) throws DialectException {
    List<T> values = all(key, parser);
    return values.isEmpty() ? null : values.get(0);
  }

  private <T> List<T> all(String key, Function<String, T> parser) throws DialectException {
    List<T> values = new ArrayList<>();
    for (Line line : lines.getOrDefault(key, List.of())) {
      try {
        values.add(parser.apply(line.value));
      } catch (IllegalArgumentException e) {
        throw problem(line.number, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(values);
  }

  private int numberOf(String key) {
    List<Line> values = lines.getOrDefault(key, List.of());
    return values.isEmpty() ? 0 : values.get(0).number;
  }

  private DialectException problem(int line, String text) {
    return new DialectException(file, line, text);
  }

  /**
   * A dialect as it was written.
   *
   * @param file names it in failures
   */
  public record Text(String file, String content) {
    /** Fails: {@link DialectException}, which names the line. */
    public Dialect parse() throws DialectException {
      return DialectFile.parse(file, content);
    }
  }

  private record Line(int number, String value) {}
}
