package io.velonx.gateway.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose words an envelope carries, as {@code payload.authorId} says, or {@code payload.userId}
 * where a user types or has read something. Threading: any thread; immutable.
 *
 * @param author null for what is nobody's, or takes back what was said
 * @param position its place in the history of its channel, if that is in it
 */
public record Byline(@Nullable String author, @Nullable Position position) {
  private static final Byline NOBODY = new Byline(null, null);

  /** Of what a user does rather than writes, he is the author. */
  private static final Set<String> DEEDS =
      Set.of(MessageType.TYPING.name(), MessageType.DM_TYPING.name(), MessageType.DM_READ.name());

  public static Byline of(byte[] envelope) {
    Head head = EnvelopeReader.headOf(envelope);
    // Who has seen a message is to see it go.
    if (head == null || head.type().equals(MessageType.MESSAGE_DELETE.name())) {
      return NOBODY;
    }
    return new Byline(
        authorIn(envelope, DEEDS.contains(head.type()) ? "userId" : "authorId"), head.position());
  }

  /** Whether one of these is the author. */
  public boolean isOneOf(Set<String> users) {
    return author != null && users.contains(author);
  }

  /**
   * What those get who do not want to read the author: that there is nothing for them in its place.
   *
   * @return null where nobody counts places
   */
  public byte @Nullable [] standIn(ChannelName channel) {
    Position place = position;
    return place == null
        ? null
        : EnvelopeWriter.write(
            new Push.Gap(channel.text(), place.epoch(), place.offset(), place.offset(), true));
  }

  private static @Nullable String authorIn(byte[] envelope, String member) {
    try (JsonParser parser = JsonCodec.LENIENT.createParser(envelope)) {
      parser.nextToken();
      String author = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean payload = Objects.equals(parser.currentName(), "payload");
        JsonToken value = parser.nextToken();
        if (payload && value == JsonToken.START_OBJECT) {
          author = memberOf(parser, member);
        } else {
          parser.skipChildren();
        }
      }
      return author;
    } catch (IOException notJson) {
      return null;
    }
  }

  /** A back end whose ids are numbers may write them so. */
  private static @Nullable String memberOf(JsonParser parser, String member) throws IOException {
    String found = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = Objects.equals(parser.currentName(), member);
      JsonToken value = parser.nextToken();
      if (wanted) {
        found =
            value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT
                ? parser.getText()
                : null;
      }
      parser.skipChildren();
    }
    return found;
  }
}
