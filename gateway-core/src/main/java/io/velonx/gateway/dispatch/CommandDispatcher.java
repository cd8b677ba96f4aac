package io.velonx.gateway.dispatch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.velonx.gateway.backend.GatewayEvent.Kind;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.history.History;
import io.velonx.gateway.history.Publishing;
import io.velonx.gateway.inbox.Inbox;
import io.velonx.gateway.inbox.Posting;
import io.velonx.gateway.inbox.UserNote;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.CommandDecoder;
import io.velonx.gateway.protocol.DecodedCommand;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives each message of a client to the action for its type, and keeps the registries true to who
 * is connected. Threading: one event loop; each has its own.
 */
public final class CommandDispatcher implements ConnectionListener {
  /** Encoded once for the process; its first reference is never released. */
  private static final PreparedFrame PONG =
      PreparedFrame.text(
          UnpooledByteBufAllocator.DEFAULT,
          EnvelopeWriter.write(new Push.Pong()),
          Delivery.EPHEMERAL);

  private final ConnectionRegistry connections;
  private final ChannelRegistry channels;
  private final Backplane backplane;
  private final History history;
  private final Inbox inbox;
  private final Presence presence;
  private final UserConnections users;
  private final BlockLists blockLists;
  private final TypingTracker typing;
  private final LiveCredentials credentials;
  private final ChannelAccess access;
  private final Rate commandRate;
  private final int maxSubscriptions;
  private final GatewayMetrics metrics;
  private final Replies replies;

  private final SubscribeAction subscribe;
  private final UnsubscribeAction unsubscribe;
  private final TypingAction typingAction;
  private final DirectTypingAction directTyping;
  private final HistoryAction historyAction;
  private final DirectMessageAction directMessages;
  private final InboxAction inboxAction;
  private final PresenceAction presenceAction;
  private final RelayAction relay;
  private final RefreshAction refresh;
  private final UploadAction uploads;

  private final CommandDecoder decoder = new CommandDecoder();
  private byte[] text = new byte[1024];

  /**
   * @param clientPublishing whether clients may publish, by channel
   * @param files where uploads go; null where there are none
   * @param maxMessageBytes the largest message, which a chunk must fit in
   * @param maxSubscriptions the most channels one connection may subscribe to
   */
  public CommandDispatcher(
      ConnectionRegistry connections,
      ChannelRegistry channels,
      Backplane backplane,
      Fanout fanout,
      History history,
      Publishing publishing,
      Inbox inbox,
      Posting posting,
      UserNote notes,
      Presence presence,
      OnlineLists onlineLists,
      UserConnections users,
      BlockLists blockLists,
      TypingTracker typing,
      ChannelAccess access,
      ClientPublishing clientPublishing,
      MessageIds messageIds,
      PublishingBudgets budgets,
      LiveCredentials credentials,
      @Nullable FileStore files,
      int maxMessageBytes,
      int maxSubscriptions,
      LimitConfig limits,
      Clock clock,
      GatewayMetrics metrics) {
    this.connections = connections;
    this.channels = channels;
    this.backplane = backplane;
    this.history = history;
    this.inbox = inbox;
    this.presence = presence;
    this.users = users;
    this.blockLists = blockLists;
    this.typing = typing;
    this.credentials = credentials;
    this.access = access;
    this.commandRate = limits.commands();
    this.maxSubscriptions = maxSubscriptions;
    this.metrics = metrics;
    replies = new Replies(metrics);
    Resumption resumption =
        new Resumption(channels, backplane, history, onlineLists, fanout, replies, metrics);
    subscribe =
        new SubscribeAction(
            channels,
            backplane,
            history,
            resumption,
            presence,
            onlineLists,
            access,
            replies,
            maxSubscriptions);
    unsubscribe =
        new UnsubscribeAction(channels, backplane, history, presence, typing, access, replies);
    historyAction = new HistoryAction(history, access, replies);
    typingAction = new TypingAction(typing, replies);
    directTyping = new DirectTypingAction(posting, replies);
    directMessages =
        new DirectMessageAction(
            clientPublishing, messageIds, posting, notes, budgets, replies, clock);
    inboxAction = new InboxAction(inbox, replies);
    presenceAction = new PresenceAction(onlineLists, presence, access, replies);
    relay =
        new RelayAction(clientPublishing, messageIds, publishing, budgets, access, replies, clock);
    refresh = new RefreshAction(credentials, replies);
    uploads =
        new UploadAction(
            files, maxMessageBytes, clientPublishing, budgets, access, replies, metrics);
  }

  @Override
  public void opened(Connection connection) {
    // Before the connection can be found by anybody else: this is the first frame, always.
    connection.send(
        EnvelopeWriter.write(new Push.Welcome(connection.principal().userId())), Delivery.DURABLE);
    connections.add(connection);
    users.opened(connection);
    blockLists.opened(connection);
    credentials.opened(connection);
    presence.connected(connection.principal());
    access.tell(Kind.CONNECTED, connection);
  }

  @Override
  public void text(Connection connection, ByteBuf payload) {
    metrics.commandsReceived.inc();
    int length = payload.readableBytes();
    if (length > text.length) {
      text = new byte[Integer.highestOneBit(length) * 2];
    }
    payload.getBytes(payload.readerIndex(), text, 0, length);
    DecodedCommand decoded = decoder.decode(text, length);
    long wait =
        isWithinSubscriptions(connection, decoded)
            ? 0
            : connection.commands().take(commandRate, System.nanoTime());
    if (wait > 0) {
      refuse(connection, decoded, wait);
    } else if (decoded instanceof Command command) {
      dispatch(connection, command);
    } else if (decoded instanceof DecodedCommand.Rejected rejected) {
      replies.error(connection, rejected.id(), rejected.code(), rejected.error());
    }
  }

  @Override
  public void binary(Connection connection, ByteBuf payload) {
    switch (uploads.chunk(connection, payload)) {
      case TAKEN -> {}
      case STRAY -> {
        // A few are on their way when an upload ends; who goes on sending them wastes our time.
        if (connection.commands().take(commandRate, System.nanoTime()) > 0
            && connection.commands().isAbused(commandRate)) {
          metrics.closed(CloseReason.ABUSE.code());
          connection.fail(CloseReason.ABUSE);
        }
      }
      case UNEXPECTED -> {
        metrics.closed(CloseReason.UNSUPPORTED_DATA.code());
        connection.close(CloseReason.UNSUPPORTED_DATA);
      }
    }
  }

  @Override
  public void closed(Connection connection) {
    connections.remove(connection);
    inbox.closed(connection);
    uploads.closed(connection);
    List<ChannelName> left = new ArrayList<>(connection.subscriptionCount());
    connection.forEachSubscription(subscription -> left.add(subscription.channel()));
    channels.leaveAll(connection);
    for (ChannelName channel : left) {
      if (!channels.hasSubscribers(channel)) {
        backplane.unsubscribe(channel);
        history.left(channel);
      }
    }
    if (!left.isEmpty()) {
      typing.left(left, connection.principal(), connection.id());
    }
    presence.disconnected(connection.principal(), connection.isAway(), left);
    access.closed(connection);
    if (!connections.isConnected(connection.principal().userId())) {
      access.forget(connection.principal().userId());
    }
    access.tell(Kind.DISCONNECTED, connection);
  }

  /**
   * Whether a command only adds subscriptions. A page that comes back resumes each of its channels
   * with a command of its own, all at once; how many that are has a limit already, and to do it
   * again it must leave channels first, which counts.
   */
  private boolean isWithinSubscriptions(Connection connection, DecodedCommand decoded) {
    if (!(decoded instanceof Command.Subscribe command)
        || connection.subscriptionCount() + access.awaitedBy(connection) + command.channels().size()
            > maxSubscriptions) {
      return false;
    }
    for (ChannelName channel : command.channels()) {
      if (connection.subscription(channel) != null) {
        return false;
      }
    }
    return true;
  }

  /** Answers a command that came too early, and ends a connection that never waits. */
  private void refuse(Connection connection, DecodedCommand command, long waitNanos) {
    if (connection.commands().isAbused(commandRate)) {
      metrics.closed(CloseReason.ABUSE.code());
      connection.fail(CloseReason.ABUSE);
    } else {
      replies.rateLimited(
          connection,
          command.id(),
          "commands of one connection: at most " + commandRate,
          waitNanos);
    }
  }

  private void dispatch(Connection connection, Command command) {
    switch (command.type()) {
      case PING -> {
        connection.send(PONG.retain());
        replies.ack(connection, command.id(), Push.Ack.done());
      }
      case SUBSCRIBE -> subscribe.run(connection, (Command.Subscribe) command);
      case UNSUBSCRIBE -> unsubscribe.run(connection, (Command.Unsubscribe) command);
      case TYPING -> typingAction.run(connection, (Command.Typing) command);
      case DM_TYPING -> directTyping.run(connection, (Command.DirectTyping) command);
      case DIRECT_MESSAGE -> directMessages.send(connection, (Command.DirectMessage) command);
      case DM_READ -> directMessages.read(connection, (Command.DirectRead) command);
      case INBOX -> inboxAction.open(connection, (Command.OpenInbox) command);
      case INBOX_ACK -> inboxAction.acknowledge(connection, (Command.InboxAck) command);
      case PRESENCE -> presenceAction.list(connection, (Command.Presence) command);
      case STATUS -> presenceAction.status(connection, (Command.Status) command);
      case HISTORY -> historyAction.run(connection, (Command.History) command);
      case CHAT_MESSAGE -> relay.chat(connection, (Command.ChatMessage) command);
      case MESSAGE_EDIT -> relay.edit(connection, (Command.MessageEdit) command);
      case MESSAGE_DELETE -> relay.delete(connection, (Command.MessageDelete) command);
      case REFRESH -> refresh.run(connection, (Command.Refresh) command);
      case UPLOAD_BEGIN -> {
        if (command instanceof Command.UploadResume resume) {
          uploads.resume(connection, resume);
        } else {
          uploads.begin(connection, (Command.UploadBegin) command);
        }
      }
      case UPLOAD_END -> uploads.end(connection, (Command.UploadEnd) command);
      case UPLOAD_ABORT -> uploads.abort(connection, (Command.UploadAbort) command);
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
          throw new IllegalStateException("not a command: " + command.type());
    }
  }
}
