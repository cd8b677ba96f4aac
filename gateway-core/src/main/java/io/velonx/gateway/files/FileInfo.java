package io.velonx.gateway.files;

import io.velonx.gateway.protocol.ChannelName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a file beside its content.
 *
 * @param id also that of its upload; nobody guesses one
 * @param ownerId who sent it
 * @param name as its sender calls it; never part of a path on disk
 * @param contentType in small letters, without parameters
 * @param size in octets
 * @param sha256 in small hexadecimal digits
 * @param channel who may read there may fetch it; null for a file for one user
 * @param targetUserId who may fetch it beside its sender; null for a file of a channel
 */
public record FileInfo(
    String id,
    String ownerId,
    String name,
    String contentType,
    long size,
    String sha256,
    @Nullable ChannelName channel,
    @Nullable String targetUserId) {
  /** What addresses of files begin with. */
  public static final String PATH = "/files/";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Predicate<String> ID =
      Pattern.compile("[A-Za-z0-9_-]{22}").asMatchPredicate();

  public FileInfo {
    if (!isId(id)) {
      throw new IllegalArgumentException("id: " + id + " (expected: 22 of [A-Za-z0-9_-])");
    }
    if ((channel == null) == (targetUserId == null)) {
      throw new IllegalArgumentException("a file is for one channel or for one user");
    }
  }

  /** An id that nobody has had. Threading: any thread. */
  public static String newId() {
    byte[] octets = new byte[16];
    RANDOM.nextBytes(octets);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }

  /** Whether the text can be the id of a file, and so part of a path. */
  public static boolean isId(String text) {
    return ID.test(text);
  }

  /** Where it is served, on the port of the WebSocket; the name is there for people only. */
  public String url() {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return PATH + id + "/" + encoded;
  }
}
