package io.velonx.gateway.dispatch;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.history.Adoption;
import io.velonx.gateway.history.History;
import io.velonx.gateway.history.Spool;
import io.velonx.gateway.inbox.Inbox;
import io.velonx.gateway.inbox.UserNote;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.UserStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the backplane brings, checks it, encodes it once and gives it to the fan-out. The
 * octets are passed on as they came. Threading: the backplane's thread.
 */
public final class PublicationReceiver implements BackplaneListener {
  private static final Logger log = LoggerFactory.getLogger(PublicationReceiver.class);

  private final ConnectionRegistry connections;
  private final ChannelRegistry channels;
  private final Fanout fanout;
  private final History history;
  private final Spool spool;
  private final Adoption adoption;
  private final Inbox inbox;
  private final UserNote notes;
  private final Presence presence;
  private final UserConnections users;
  private final BlockLists blockLists;
  private final LiveCredentials credentials;
  private final UserOrders orders;
  private final int maxMessageBytes;
  private final GatewayMetrics metrics;
  private final LogThrottle invalidWarnings = new LogThrottle();

  /**
   * @param maxMessageBytes a larger envelope is dropped, as if it were invalid
   */
  public PublicationReceiver(
      ConnectionRegistry connections,
      ChannelRegistry channels,
      Fanout fanout,
      History history,
      Spool spool,
      Adoption adoption,
      Inbox inbox,
      UserNote notes,
      Presence presence,
      UserConnections users,
      BlockLists blockLists,
      LiveCredentials credentials,
      UserOrders orders,
      int maxMessageBytes,
      GatewayMetrics metrics) {
    this.connections = connections;
    this.channels = channels;
    this.fanout = fanout;
    this.history = history;
    this.spool = spool;
    this.adoption = adoption;
    this.inbox = inbox;
    this.notes = notes;
    this.presence = presence;
    this.users = users;
    this.blockLists = blockLists;
    this.credentials = credentials;
    this.orders = orders;
    this.maxMessageBytes = maxMessageBytes;
    this.metrics = metrics;
  }

  @Override
  public void onPublication(ChannelName channel, byte[] envelope) {
    Head head = channels.hasSubscribers(channel) ? check(channel.text(), envelope) : null;
    if (head == null) {
      return;
    }
    Delivery delivery = MessageType.deliveryOf(head.type());
    Position position = head.position();
    if (position != null && delivery == Delivery.DURABLE && history.keeps(channel)) {
      history.accept(channel, position, envelope);
    } else {
      Runnable live =
          () ->
              fanout.publish(
                  channel,
                  PreparedFrame.publication(ByteBufAllocator.DEFAULT, channel, envelope, delivery));
      if (!adoption.adopt(channel, head, envelope, live)) {
        live.run();
      }
    }
  }

  @Override
  public void onUserPublication(String userId, String note, byte[] envelope) {
    if (UserNote.isLook(note)) {
      inbox.look(userId);
      return;
    }
    UserOrder order = UserOrder.in(note);
    if (order != null) {
      orders.run(userId, order);
      return;
    }
    UserStatus status = Presence.statusIn(note);
    if (status != null) {
      announceStatus(userId, status);
      return;
    }
    Head head = connections.isConnected(userId) ? check("user", envelope) : null;
    if (head == null) {
      return;
    }
    Delivery delivery = MessageType.deliveryOf(head.type());
    Position position = UserNote.isKept(note) ? head.position() : null;
    PreparedFrame frame = PreparedFrame.text(ByteBufAllocator.DEFAULT, envelope, delivery);
    connections.forEachOf(
        userId,
        connection -> {
          boolean taken =
              notes.excludes(note, connection)
                  || (position != null && inbox.push(connection, position, frame))
                  || notes.isHeardHere(note)
                  || (UserNote.isUnplaced(note) && inbox.isRead(connection));
          if (!taken) {
            fanout.send(connection, frame.retain());
          }
        });
    frame.release();
  }

  @Override
  public void onReplaced(String userId, long connectionId) {
    users.onReplaced(userId, connectionId);
  }

  @Override
  public void onRevoked(Collection<Revocation> revocations) {
    credentials.revoked(revocations);
  }

  @Override
  public void onBlocksChanged(String userId) {
    blockLists.changed(userId);
  }

  @Override
  public void onBlocksMissed() {
    blockLists.missed();
  }

  @Override
  public boolean hasSubscribers(ChannelName channel) {
    return channels.hasSubscribers(channel);
  }

  @Override
  public boolean keepsHistory(ChannelName channel) {
    return history.keeps(channel);
  }

  @Override
  public void onResumed(ChannelName channel) {
    history.resumed(channel);
  }

  @Override
  public void onSilent() {
    metrics.topicsSilent.inc();
  }

  /** Reads first: what is sent then follows what is known. */
  @Override
  public CompletionStage<Void> onRecovered() {
    return history.settle().thenCompose(settled -> spool.drain());
  }

  @Override
  public void onReaped(Audience audience, Collection<String> userIds) {
    presence.reaped(audience, userIds);
  }

  @Override
  public void onUsersResumed() {
    inbox.missed();
  }

  @Override
  public void onLapsed() {
    presence.lapsed();
    users.lapsed();
    inbox.missed();
  }

  /** In the channels of his connections; only their event loops know which those are. */
  private void announceStatus(String userId, UserStatus status) {
    connections.forEachOf(
        userId,
        connection ->
            connection.execute(
                () -> {
                  List<ChannelName> there = new ArrayList<>(connection.subscriptionCount());
                  connection.forEachSubscription(each -> there.add(each.channel()));
                  presence.statusChanged(userId, status, there);
                }));
  }

  /** Returns null for what is not to be delivered. */
  private @Nullable Head check(String target, byte[] envelope) {
    // The place in a history is added to what was small enough.
    boolean tooLarge = envelope.length > maxMessageBytes + Stamp.MAX_BYTES;
    Head head = tooLarge ? null : EnvelopeReader.headOf(envelope);
    if (head != null && head.position() == null && envelope.length > maxMessageBytes) {
      head = null;
    }
    if (head == null) {
      metrics.publicationsInvalid.inc();
      if (invalidWarnings.mayLog()) {
        log.warn(
            "publication dropped: no envelope, or too large target={} bytes={} suppressed={}",
            target,
            envelope.length,
            invalidWarnings.suppressed());
      }
      return null;
    }
    metrics.publicationsReceived.inc();
    return head;
  }
}
