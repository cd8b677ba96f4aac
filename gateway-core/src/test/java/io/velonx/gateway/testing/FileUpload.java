package io.velonx.gateway.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A page that sends a file, step by step. Threading: the test's thread. */
public final class FileUpload {
  private final WsClient page;
  private final byte[] content;
  private final String id;
  private final int number;
  private final int chunkBytes;
  private final int windowBytes;
  private long sent;
  private long stored;

  private FileUpload(WsClient page, byte[] content, JsonNode begun) {
    this.page = page;
    this.content = content;
    id = begun.path("uploadId").asText();
    number = begun.path("upload").asInt();
    chunkBytes = begun.path("chunkBytes").asInt();
    windowBytes = begun.path("windowBytes").asInt();
    sent = begun.path("offset").asLong();
    stored = sent;
  }

  /** Asks, and returns the answer: an ACK or an ERROR. */
  public static JsonNode ask(WsClient page, String payload) {
    return command(page, "UPLOAD_BEGIN", payload);
  }

  /** Begins to send a file to {@code target}, as {@code 'roomId':'a'}. */
  public static FileUpload begin(
      WsClient page, String target, String name, String contentType, byte[] content) {
    return new FileUpload(
        page, content, acknowledged(ask(page, announcement(target, name, contentType, content))));
  }

  /** Goes on with one. */
  public static FileUpload resume(WsClient page, String uploadId, byte[] content) {
    return new FileUpload(
        page, content, acknowledged(ask(page, "{'uploadId':'" + uploadId + "'}")));
  }

  public static String announcement(
      String target, String name, String contentType, byte[] content) {
    return "{'name':'"
        + name
        + "','contentType':'"
        + contentType
        + "','size':"
        + content.length
        + ",'sha256':'"
        + sha256(content)
        + "',"
        + target
        + "}";
  }

  public String id() {
    return id;
  }

  public int number() {
    return number;
  }

  public int chunkBytes() {
    return chunkBytes;
  }

  public int windowBytes() {
    return windowBytes;
  }

  public long sent() {
    return sent;
  }

  /** Sends all that is left, never more than may be under way; returns when it is stored. */
  public FileUpload sendAll() {
    while (stored < content.length) {
      while (sent < content.length && sent - stored <= windowBytes - chunkBytes) {
        sendChunk();
      }
      awaitProgress();
    }
    return this;
  }

  /** Sends the next chunk. */
  public FileUpload sendChunk() {
    int length = (int) Math.min(chunkBytes, content.length - sent);
    page.sendBinary(
        frame(number, sent, Arrays.copyOfRange(content, (int) sent, (int) sent + length)));
    sent += length;
    return this;
  }

  public FileUpload awaitProgress() {
    stored = page.expect("UPLOAD_PROGRESS").path("payload").path("offset").asLong();
    return this;
  }

  /** The answer to the end of it. */
  public JsonNode end() {
    return command(page, "UPLOAD_END", "{'uploadId':'" + id + "'}");
  }

  /** The answer to taking it back. */
  public JsonNode abort() {
    return command(page, "UPLOAD_ABORT", "{'uploadId':'" + id + "'}");
  }

  public static byte[] frame(int number, long at, byte[] octets) {
    return ByteBuffer.allocate(12 + octets.length).putInt(number).putLong(at).put(octets).array();
  }

  public static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode command(WsClient page, String type, String payload) {
    String id = type + System.nanoTime();
    page.command("{'type':'" + type + "','id':'" + id + "','payload':" + payload + "}");
    return page.expect(envelope -> id.equals(envelope.path("id").asText()), "answer to " + type);
  }

  private static JsonNode acknowledged(JsonNode answer) {
    if (!answer.path("type").asText().equals("ACK")) {
      throw new AssertionError("refused: " + answer);
    }
    return answer.path("payload");
  }
}
