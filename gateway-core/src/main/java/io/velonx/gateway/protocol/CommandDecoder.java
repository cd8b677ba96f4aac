package io.velonx.gateway.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of a message into a {@link Command}, or says why it is none.
 *
 * <p>The text is read once, in whatever order its members come; only members that some command
 * knows are kept. Threading: one thread at a time; each event loop has its own.
 */
public final class CommandDecoder {
  /** The longest {@code id} of a command, in UTF-16 units. */
  public static final int MAX_ID_CHARS = 64;

  /** The longest {@code content}, in UTF-16 units. */
  public static final int MAX_CONTENT_CHARS = 2_000;

  /** The most publications one {@code HISTORY} returns. */
  public static final int MAX_HISTORY_LIMIT = 100;

  private static final int DEFAULT_HISTORY_LIMIT = 50;

  private static final int MAX_MESSAGE_ID_CHARS = 128;

  private static final Predicate<String> DEVICE =
      Pattern.compile("[A-Za-z0-9_.:@-]{1,64}").asMatchPredicate();

  private static final int MAX_FILE_NAME_CHARS = 255;

  private static final Predicate<String> CONTENT_TYPE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,95}")
          .asMatchPredicate();

  private static final Predicate<String> SHA256 =
      Pattern.compile("[0-9A-Fa-f]{64}").asMatchPredicate();

  private static final Predicate<String> UPLOAD_ID =
      Pattern.compile("[A-Za-z0-9_-]{22}").asMatchPredicate();

  /** So long a number is exact in every browser, and more than there will ever be. */
  private static final int MAX_NUMBER_DIGITS = 15;

  /** Stands for a member that is there, but not of the type it must have. */
  private static final Object WRONG = new Object();

  private final Map<Member, Object> members = new EnumMap<>(Member.class);
  private @Nullable Object type;
  private @Nullable Object id;
  private @Nullable Object payload;

  /** Decodes one message. Fails: never; what is no command comes back as rejected. */
  public DecodedCommand decode(byte[] text, int length) {
    try {
      read(text, length);
      return command();
    } catch (StreamConstraintsException limit) {
      return rejected(
          ErrorCode.INVALID_JSON,
          "beyond the limits: depth "
              + JsonCodec.MAX_DEPTH
              + ", strings of "
              + JsonCodec.MAX_STRING_CHARS
              + ", numbers of "
              + JsonCodec.MAX_NUMBER_CHARS
              + ", names of "
              + JsonCodec.MAX_NAME_CHARS
              + " characters");
    } catch (IOException notJson) {
      return rejected(ErrorCode.INVALID_JSON, "not one JSON object, or a name stands in it twice");
    } catch (RejectedException reason) {
      return rejected(reason.code, reason.error);
    } finally {
      members.clear();
      type = null;
      id = null;
      payload = null;
    }
  }

  private void read(byte[] text, int length) throws IOException, RejectedException {
    try (JsonParser parser = JsonCodec.STRICT.createParser(text, 0, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RejectedException(ErrorCode.INVALID_JSON, "not one JSON object");
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "type" -> type = string(parser, value);
          case "id" -> id = string(parser, value);
          case "payload" -> payload = readPayload(parser, value);
          default -> parser.skipChildren();
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw new RejectedException(ErrorCode.INVALID_JSON, "more than one JSON object");
      }
    }
  }

  private @Nullable Object readPayload(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return WRONG;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      Member member = Member.BY_NAME.get(name);
      if (member == null) {
        parser.skipChildren();
      } else {
        Object read =
            switch (member.kind) {
              case STRING -> string(parser, value);
              case BOOLEAN -> bool(parser, value);
              case NUMBER -> number(parser, value);
              case POSITION -> position(parser, value);
              case STRINGS -> strings(parser, value);
            };
        if (read != null) {
          members.put(member, read);
        }
      }
    }
    return null;
  }

  private static @Nullable Object string(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    return nullOrWrong(parser, token);
  }

  private static @Nullable Object bool(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> nullOrWrong(parser, token);
    };
  }

  private static @Nullable Object number(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= MAX_NUMBER_DIGITS) {
      return parser.getLongValue();
    }
    return nullOrWrong(parser, token);
  }

  private static @Nullable Object position(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      return nullOrWrong(parser, token);
    }
    Object offset = null;
    Object epoch = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      switch (name) {
        case "offset" -> offset = number(parser, value);
        case "epoch" -> epoch = string(parser, value);
        default -> parser.skipChildren();
      }
    }
    return offset instanceof Long number
            && number >= 0
            && epoch instanceof String text
            && Position.isEpoch(text)
        ? new Position(text, number)
        : WRONG;
  }

  private static @Nullable Object strings(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      return nullOrWrong(parser, token);
    }
    List<String> strings = new ArrayList<>();
    boolean wrong = false;
    for (JsonToken item = parser.nextToken();
        item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      if (item == JsonToken.VALUE_STRING) {
        strings.add(parser.getText());
      } else {
        wrong = true;
        parser.skipChildren();
      }
    }
    return wrong ? WRONG : strings;
  }

  /** Clients may send null for what is absent. */
  private static @Nullable Object nullOrWrong(JsonParser parser, JsonToken token)
      throws IOException {
    parser.skipChildren();
    return token == JsonToken.VALUE_NULL ? null : WRONG;
  }

  private Command command() throws RejectedException {
    String commandId = commandId();
    if (!(type instanceof String name)) {
      throw invalid("type", "a string");
    }
    MessageType messageType = MessageType.named(name);
    if (messageType == null || !messageType.isCommand()) {
      throw new RejectedException(
          ErrorCode.UNKNOWN_TYPE, "type: not one that a client can send here");
    }
    if (payload == WRONG) {
      throw invalid("payload", "an object");
    }
    return switch (messageType) {
      case PING -> new Command.Ping(commandId);
      case SUBSCRIBE -> subscribe(commandId);
      case UNSUBSCRIBE -> new Command.Unsubscribe(commandId, channels());
      case TYPING -> new Command.Typing(commandId, channel(), isTyping());
      case DM_TYPING -> new Command.DirectTyping(commandId, targetUserId(), isTyping());
      case DIRECT_MESSAGE ->
          new Command.DirectMessage(commandId, targetUserId(), content(), clientMessageId());
      case DM_READ -> new Command.DirectRead(commandId, targetUserId(), messageId());
      case CHAT_MESSAGE ->
          new Command.ChatMessage(commandId, channel(), content(), clientMessageId());
      case MESSAGE_EDIT -> new Command.MessageEdit(commandId, channel(), messageId(), content());
      case MESSAGE_DELETE -> new Command.MessageDelete(commandId, channel(), messageId());
      case HISTORY -> history(commandId);
      case INBOX -> new Command.OpenInbox(commandId, device(), since());
      case INBOX_ACK -> new Command.InboxAck(commandId, offset(), nonEmpty(Member.EPOCH));
      case PRESENCE -> new Command.Presence(commandId, channel());
      case STATUS -> new Command.Status(commandId, status());
      case REFRESH -> new Command.Refresh(commandId, token());
      case UPLOAD_BEGIN -> upload(commandId);
      case UPLOAD_END -> new Command.UploadEnd(commandId, uploadId());
      case UPLOAD_ABORT -> new Command.UploadAbort(commandId, uploadId());
      case PONG,
          ACK,
          ERROR,
          GAP,
          RECONNECT,
          TOKEN_EXPIRING,
          UPLOAD_PROGRESS,
          UPLOAD_FAILED,
          USER_JOINED,
          USER_LEFT,
          USER_STATUS ->
          throw new IllegalStateException("not a command: " + messageType);
    };
  }

  private @Nullable String commandId() throws RejectedException {
    if (id == null) {
      return null;
    }
    if (!(id instanceof String text) || text.length() > MAX_ID_CHARS || !Utf8.isWellFormed(text)) {
      id = null;
      throw invalid("id", "a string of at most " + MAX_ID_CHARS + " characters");
    }
    return text;
  }

  private Command subscribe(@Nullable String commandId) throws RejectedException {
    List<ChannelName> channels = channels();
    Position since = since();
    if (since != null && channels.size() > 1) {
      throw invalid("since", "one channel, because it is a place in its history");
    }
    boolean presence = presence();
    if (presence && channels.size() > 1) {
      throw invalid("presence", "one channel, because the answer is a list of who is there");
    }
    return new Command.Subscribe(commandId, channels, since, presence);
  }

  private boolean presence() throws RejectedException {
    Object presence = members.get(Member.PRESENCE);
    if (presence != null && !(presence instanceof Boolean)) {
      throw invalid("presence", "true or false");
    }
    return Boolean.TRUE.equals(presence);
  }

  private UserStatus status() throws RejectedException {
    String text = nonEmpty(Member.STATUS);
    UserStatus status = text == null ? null : UserStatus.parse(text);
    if (status == null) {
      throw invalid("status", "active or away");
    }
    return status;
  }

  private @Nullable Position since() throws RejectedException {
    Object since = members.get(Member.SINCE);
    if (since != null && !(since instanceof Position)) {
      throw invalid("since", "an object with offset and epoch, as publications have them");
    }
    return (Position) since;
  }

  private @Nullable String device() throws RejectedException {
    String device = nonEmpty(Member.DEVICE);
    if (device != null && !DEVICE.test(device)) {
      throw invalid("device", "1 to 64 characters of A-Z a-z 0-9 _ . : @ -");
    }
    return device;
  }

  private long offset() throws RejectedException {
    Long offset = number(Member.OFFSET);
    if (offset == null || offset < 1) {
      throw invalid("offset", "an offset, from 1");
    }
    return offset;
  }

  private Command history(@Nullable String commandId) throws RejectedException {
    Long limit = number(Member.LIMIT);
    Long before = number(Member.BEFORE);
    if (limit != null && (limit < 1 || limit > MAX_HISTORY_LIMIT)) {
      throw invalid("limit", "a number from 1 to " + MAX_HISTORY_LIMIT);
    }
    if (before != null && before < 1) {
      throw invalid("before", "an offset, from 1");
    }
    int most = limit == null ? DEFAULT_HISTORY_LIMIT : limit.intValue();
    return new Command.History(commandId, channel(), most, before);
  }

  private Command upload(@Nullable String commandId) throws RejectedException {
    if (members.get(Member.UPLOAD_ID) != null) {
      return new Command.UploadResume(commandId, uploadId());
    }
    Long size = number(Member.SIZE);
    if (size == null || size < 1) {
      throw invalid("size", "a number of octets, from 1");
    }
    String target = nonEmpty(Member.TARGET_USER_ID);
    boolean direct = target != null && isWithoutChannel();
    return new Command.UploadBegin(
        commandId,
        fileName(),
        contentType(),
        size,
        sha256(),
        direct ? null : channel(),
        direct ? targetUserId() : null);
  }

  private boolean isWithoutChannel() throws RejectedException {
    return nonEmpty(Member.ROOM_ID) == null
        && nonEmpty(Member.GROUP_ID) == null
        && nonEmpty(Member.CHANNEL) == null;
  }

  /** What people call a file: no path, and nothing that hides its end. */
  private String fileName() throws RejectedException {
    String name = nonEmpty(Member.NAME);
    if (name == null
        || name.length() > MAX_FILE_NAME_CHARS
        || !Utf8.isWellFormed(name)
        || name.equals(".")
        || name.equals("..")
        || !name.codePoints().allMatch(CommandDecoder::isInFileNames)) {
      throw invalid(
          "name",
          "a file name of 1 to "
              + MAX_FILE_NAME_CHARS
              + " characters without / \\ and control characters");
    }
    return name;
  }

  private static boolean isInFileNames(int c) {
    boolean turnsText = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    boolean endsLine = c == 0x2028 || c == 0x2029;
    return c != '/' && c != '\\' && !turnsText && !endsLine && !Character.isISOControl(c);
  }

  /** In small letters, without parameters. */
  private String contentType() throws RejectedException {
    String text = nonEmpty(Member.CONTENT_TYPE);
    String type = text == null ? "" : text.split(";", 2)[0].strip();
    if (!CONTENT_TYPE.test(type)) {
      throw invalid("contentType", "a media type as image/png");
    }
    return type.toLowerCase(Locale.ROOT);
  }

  private String sha256() throws RejectedException {
    String hash = nonEmpty(Member.SHA256);
    if (hash == null || !SHA256.test(hash)) {
      throw invalid("sha256", "64 hexadecimal digits");
    }
    return hash.toLowerCase(Locale.ROOT);
  }

  private String uploadId() throws RejectedException {
    String uploadId = nonEmpty(Member.UPLOAD_ID);
    if (uploadId == null || !UPLOAD_ID.test(uploadId)) {
      throw invalid("uploadId", "one that UPLOAD_BEGIN was answered with");
    }
    return uploadId;
  }

  /** One or more channels: {@code roomId}, {@code groupId}, {@code channel} or {@code channels}. */
  private List<ChannelName> channels() throws RejectedException {
    Object several = members.get(Member.CHANNELS);
    if (several == null) {
      return List.of(channel());
    }
    if (!(several instanceof List<?> names) || names.isEmpty()) {
      throw invalid("channels", "an array of channel names");
    }
    List<ChannelName> channels = new ArrayList<>(names.size());
    for (Object name : names) {
      channels.add(parse("channels", (String) name));
    }
    return channels;
  }

  /** One channel; {@code roomId} wins over {@code groupId}, and that over {@code channel}. */
  private ChannelName channel() throws RejectedException {
    String roomId = nonEmpty(Member.ROOM_ID);
    if (roomId != null) {
      return parse("roomId", "room:" + roomId);
    }
    String groupId = nonEmpty(Member.GROUP_ID);
    if (groupId != null) {
      return parse("groupId", "group:" + groupId);
    }
    String channel = nonEmpty(Member.CHANNEL);
    if (channel != null) {
      return parse("channel", channel);
    }
    throw new RejectedException(
        ErrorCode.INVALID_PAYLOAD, "payload: needs roomId, groupId or channel");
  }

  private static ChannelName parse(String member, String name) throws RejectedException {
    ChannelName channel = ChannelName.parse(name);
    if (channel == null) {
      throw new RejectedException(
          ErrorCode.INVALID_CHANNEL,
          member + ": ids are 1 to 128 characters of A-Z a-z 0-9 _ . : @ -");
    }
    return channel;
  }

  private boolean isTyping() throws RejectedException {
    if (members.get(Member.IS_TYPING) instanceof Boolean isTyping) {
      return isTyping;
    }
    throw invalid("isTyping", "true or false");
  }

  private String targetUserId() throws RejectedException {
    String userId = nonEmpty(Member.TARGET_USER_ID);
    if (userId == null || !UserId.isValid(userId)) {
      throw invalid("targetUserId", UserId.EXPECTED);
    }
    return userId;
  }

  private String messageId() throws RejectedException {
    String messageId = nonEmpty(Member.MESSAGE_ID);
    if (messageId == null
        || messageId.length() > MAX_MESSAGE_ID_CHARS
        || !Utf8.isWellFormed(messageId)) {
      throw invalid("messageId", "1 to " + MAX_MESSAGE_ID_CHARS + " characters");
    }
    return messageId;
  }

  private @Nullable String clientMessageId() throws RejectedException {
    String text = nonEmpty(Member.CLIENT_MESSAGE_ID);
    if (text != null && (text.length() > MAX_ID_CHARS || !Utf8.isWellFormed(text))) {
      throw invalid("clientMessageId", "1 to " + MAX_ID_CHARS + " characters");
    }
    return text;
  }

  private @Nullable Long number(Member member) throws RejectedException {
    Object value = members.get(member);
    if (value != null && !(value instanceof Long)) {
      throw invalid(member.wireName, "a whole number");
    }
    return (Long) value;
  }

  private String content() throws RejectedException {
    String content = nonEmpty(Member.CONTENT);
    if (content == null) {
      throw invalid("content", "a string that is not empty");
    }
    if (!Utf8.isWellFormed(content)) {
      throw invalid("content", "well-formed Unicode, without half a surrogate pair");
    }
    if (content.length() > MAX_CONTENT_CHARS) {
      throw new RejectedException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "content: " + content.length() + " characters (at most " + MAX_CONTENT_CHARS + ")");
    }
    return content;
  }

  private String token() throws RejectedException {
    String token = nonEmpty(Member.TOKEN);
    if (token == null) {
      throw invalid("token", "a string that is not empty");
    }
    return token;
  }

  /** A member that is a string; an empty one counts as absent. */
  private @Nullable String nonEmpty(Member member) throws RejectedException {
    Object value = members.get(member);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      throw invalid(member.wireName, "a string");
    }
    return text.isEmpty() ? null : text;
  }

  private static RejectedException invalid(String member, String expected) {
    return new RejectedException(ErrorCode.INVALID_PAYLOAD, member + ": expected " + expected);
  }

  private DecodedCommand rejected(ErrorCode code, String error) {
    String answered =
        id instanceof String text && text.length() <= MAX_ID_CHARS && Utf8.isWellFormed(text)
            ? text
            : null;
    return new DecodedCommand.Rejected(answered, code, error);
  }

  /** A member of a payload that some command knows. */
  private enum Member {
    ROOM_ID("roomId", Kind.STRING),
    GROUP_ID("groupId", Kind.STRING),
    CHANNEL("channel", Kind.STRING),
    CHANNELS("channels", Kind.STRINGS),
    IS_TYPING("isTyping", Kind.BOOLEAN),
    TARGET_USER_ID("targetUserId", Kind.STRING),
    CONTENT("content", Kind.STRING),
    MESSAGE_ID("messageId", Kind.STRING),
    CLIENT_MESSAGE_ID("clientMessageId", Kind.STRING),
    TOKEN("token", Kind.STRING),
    SINCE("since", Kind.POSITION),
    LIMIT("limit", Kind.NUMBER),
    BEFORE("before", Kind.NUMBER),
    DEVICE("device", Kind.STRING),
    OFFSET("offset", Kind.NUMBER),
    EPOCH("epoch", Kind.STRING),
    PRESENCE("presence", Kind.BOOLEAN),
    STATUS("status", Kind.STRING),
    NAME("name", Kind.STRING),
    CONTENT_TYPE("contentType", Kind.STRING),
    SIZE("size", Kind.NUMBER),
    SHA256("sha256", Kind.STRING),
    UPLOAD_ID("uploadId", Kind.STRING);

    private static final Map<String, Member> BY_NAME = new HashMap<>();

    static {
      for (Member member : values()) {
        BY_NAME.put(member.wireName, member);
      }
    }

    private final String wireName;
    private final Kind kind;

    Member(String wireName, Kind kind) {
      this.wireName = wireName;
      this.kind = kind;
    }
  }

  private enum Kind {
    STRING,
    BOOLEAN,
    NUMBER,
    POSITION,
    STRINGS
  }

  /** Ends the decoding of one message; never leaves this class. */
  private static final class RejectedException extends Exception {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final String error;

    RejectedException(ErrorCode code, String error) {
      super(error, null, false, false);
      this.code = code;
      this.error = error;
    }
  }
}
