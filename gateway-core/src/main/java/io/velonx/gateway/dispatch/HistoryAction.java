package io.velonx.gateway.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.history.History;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.protocol.Byline;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows a subscriber what was published before; a channel without history has nothing to show. */
final class HistoryAction {
  /** An answer is one frame; a quarter of what may wait for one reader by default. */
  private static final int MAX_OCTETS = 256 * 1024;

  private final History history;
  private final ChannelAccess access;
  private final Replies replies;

  HistoryAction(History history, ChannelAccess access, Replies replies) {
    this.history = history;
    this.access = access;
    this.replies = replies;
  }

  void run(Connection connection, Command.History command) {
    if (connection.subscription(command.channel()) == null) {
      replies.error(
          connection,
          command.id(),
          ErrorCode.NOT_SUBSCRIBED,
          "HISTORY is for channels this connection is subscribed to");
      return;
    }
    access.whenMay(
        connection,
        command.id(),
        ChannelAction.HISTORY,
        command.channel(),
        replies,
        () -> show(connection, command));
  }

  private void show(Connection connection, Command.History command) {
    Long before = command.before();
    if (!history.keeps(command.channel()) || (before != null && before == 1)) {
      replies.ack(connection, command.id(), new Push.HistoryPage(List.of(), false));
      return;
    }
    replies.whenDone(
        history.page(command.channel(), before, command.limit()),
        connection,
        command.id(),
        page -> answer(connection, command.channel(), page));
  }

  /** From the newest, as far as it fits; the first always does. */
  private static Push answer(Connection connection, ChannelName channel, HistoryPage page) {
    ArrayDeque<Push.RawJson> fitting = new ArrayDeque<>();
    long octets = 0;
    List<byte[]> messages = page.messages();
    Set<String> blocked = connection.blocked();
    for (int i = messages.size() - 1; i >= 0; i--) {
      byte[] message = shown(messages.get(i), blocked, channel);
      octets += message.length;
      if (octets > MAX_OCTETS && !fitting.isEmpty()) {
        break;
      }
      fitting.addFirst(new Push.RawJson(new String(message, UTF_8)));
    }
    return new Push.HistoryPage(
        List.copyOf(fitting), page.more() || fitting.size() < messages.size());
  }

  /** What stands in for a message whose author is blocked; what is kept has a place. */
  private static byte[] shown(byte[] message, @Nullable Set<String> blocked, ChannelName channel) {
    if (blocked == null) {
      return message;
    }
    Byline byline = Byline.of(message);
    byte[] standIn = byline.isOneOf(blocked) ? byline.standIn(channel) : null;
    return standIn == null ? message : standIn;
  }
}
