package io.velonx.gateway.loadtest.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the swarm has to know about a server: how to log in, to subscribe, to publish, and what to
 * answer. Read by {@link DialectFile}, which documents the text form.
 *
 * @param label names the server in results
 * @param url where it listens when nobody says otherwise, path not included
 * @param subscriber how a subscriber opens
 * @param resume steps in place of the subscriber's for one that was there before and knows its
 *     offset; empty when the server has none
 * @param place where offset and epoch stand in what the server sends
 * @param login what tokens are made of; null when the server wants none
 * @param body the message itself
 * @param replies what to answer by itself
 * @param echo a request and its answer
 */
public record Dialect(
    String label,
    String url,
    Opening subscriber,
    List<Step> resume,
    @Nullable Place place,
    @Nullable Login login,
    Template body,
    Publishing publishing,
    List<Reply> replies,
    @Nullable Echo echo) {

  /**
   * The upgrade request, and what follows the 101.
   *
   * @param protocol for {@code Sec-WebSocket-Protocol}
   * @param headers whole header lines
   */
  public record Opening(
      Template path, @Nullable Template protocol, List<Template> headers, List<Step> steps) {}

  /** The texts in front of an offset and an epoch, which reach up to {@code , " } ]}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Place(byte[] offsetAfter, byte[] epochAfter) {}

  /**
   * What a token says.
   *
   * @param secret signs when nobody gives another one
   * @param claims further members of the token, as JSON without the outer braces; may be empty
   */
  public record Login(String secret, Template subject, Template claims) {}

  /**
   * How publications reach the server.
   *
   * @param url of the HTTP server or Redis; the server itself when null
   * @param opening of a publisher's WebSocket; its headers are those of a POST, too
   * @param frame what a publisher's WebSocket sends
   * @param target path of the POST; null when the server takes none
   * @param channel of Redis; null when the server listens to none
   */
  public record Publishing(
      Way way,
      @Nullable String url,
      Opening opening,
      FrameTemplate frame,
      @Nullable Template target,
      @Nullable Template channel) {}

  /** Over what publications reach the server. */
  public enum Way {
    WS,
    HTTP,
    REDIS
  }

  /** A frame sent whenever a message equals the text, line ends behind it not counted. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Reply(byte[] text, FrameTemplate answer) {}

  /**
   * A request that does not touch rooms.
   *
   * @param expect is in its answer; null when the answer is a pong
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Echo(FrameTemplate send, byte @Nullable [] expect) {}
}
