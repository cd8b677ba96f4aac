package io.velonx.gateway.dispatch;

import io.velonx.gateway.protocol.ChannelName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the ids of relayed messages, and knows by the id alone whose message it is.
 *
 * <p>An id is 8 octets of chance and 16 octets of an HMAC over these, the channel and the author.
 * So only the author may edit or delete, on every node that shares the key, and no message has to
 * be kept for it. Threading: any thread.
 */
public final class MessageIds {
  private static final int NONCE_BYTES = 8;
  private static final int TAG_BYTES = 16;
  private static final String HMAC = "HmacSHA256";

  private final SecretKeySpec key;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param key the same on all nodes, at least 16 octets; kept secret
   */
  public MessageIds(byte[] key) {
    if (key.length < 16) {
      throw new IllegalArgumentException("key: " + key.length + " octets (expected: at least 16)");
    }
    this.key = new SecretKeySpec(key, HMAC);
  }

  /** A new id for a message of that author in that channel. */
  String mint(ChannelName channel, String authorId) {
    return mint(channel.text(), authorId);
  }

  /** A new id for a message of that author in that place. */
  String mint(String place, String authorId) {
    byte[] id = new byte[NONCE_BYTES + TAG_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    System.arraycopy(nonce, 0, id, 0, NONCE_BYTES);
    System.arraycopy(tag(nonce, place, authorId), 0, id, NONCE_BYTES, TAG_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  /** Whether the id was minted for a message of that author in that channel. */
  boolean isBy(String id, ChannelName channel, String authorId) {
    byte[] decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(id);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    if (decoded.length != NONCE_BYTES + TAG_BYTES) {
      return false;
    }
    byte[] nonce = Arrays.copyOf(decoded, NONCE_BYTES);
    byte[] tag = Arrays.copyOfRange(decoded, NONCE_BYTES, decoded.length);
    return MessageDigest.isEqual(tag, tag(nonce, channel.text(), authorId));
  }

  private byte[] tag(byte[] nonce, String place, String authorId) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(nonce);
      // With its length in front, so that no place and author run into another pair.
      byte[] name = place.getBytes(StandardCharsets.UTF_8);
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).array());
      mac.update(name);
      return Arrays.copyOf(mac.doFinal(authorId.getBytes(StandardCharsets.UTF_8)), TAG_BYTES);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(HMAC + " is part of every JDK", impossible);
    }
  }
}
