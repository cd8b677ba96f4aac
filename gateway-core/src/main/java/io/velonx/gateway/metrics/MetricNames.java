package io.velonx.gateway.metrics;

/** The name of every instrument: {@code gateway.<area>.<what>[.<unit>]}. */
public final class MetricNames {
  /** Connections open now. */
  public static final String CONNECTIONS_OPEN = "gateway.connections.open";

  /** Whether newcomers are welcome, as {@code /ready} says: 1 or 0. */
  public static final String READY = "gateway.ready";

  /** Sockets open now, upgraded or not. */
  public static final String SOCKETS_OPEN = "gateway.sockets.open";

  /** Upgrades answered with 101. */
  public static final String CONNECTIONS_ACCEPTED = "gateway.connections.accepted";

  /** Upgrades refused; one counter per HTTP status, as {@code ….refused.401}. */
  public static final String CONNECTIONS_REFUSED = "gateway.connections.refused";

  /** Upgrades refused for a limit; one counter per limit, as {@code ….refused.address}. */
  public static final String LIMITS_REFUSED = "gateway.limits.refused";

  /** Sockets closed at once, because there are far too many of this node or of one address. */
  public static final String SOCKETS_DROPPED = "gateway.limits.sockets.dropped";

  /** Connections let in without asking the other nodes, because the backplane was away. */
  public static final String LIMITS_UNCHECKED = "gateway.limits.unchecked";

  /** Closes by the gateway; one counter per code, as {@code ….closed.4101}. */
  public static final String CONNECTIONS_CLOSED = "gateway.connections.closed";

  /** Octets waiting for all readers of this node, as seen within the last round of heartbeats. */
  public static final String CONNECTIONS_OUTBOUND_BYTES = "gateway.connections.outbound.bytes";

  /** Text messages received. */
  public static final String COMMANDS_RECEIVED = "gateway.commands.received";

  /** Commands answered with an error; one counter per code, as {@code ….refused.INVALID_JSON}. */
  public static final String COMMANDS_REFUSED = "gateway.commands.refused";

  /** Publications that arrived from the backplane and were valid. */
  public static final String PUBLICATIONS_RECEIVED = "gateway.publications.received";

  /** Publications dropped because they are no envelope. */
  public static final String PUBLICATIONS_INVALID = "gateway.publications.invalid";

  /** Frames written to connections by the fan-out. */
  public static final String FANOUT_DELIVERIES = "gateway.fanout.deliveries";

  /** Ephemeral frames left out for slow readers. */
  public static final String FANOUT_DROPPED = "gateway.fanout.dropped";

  /** Frames left out because the reader blocks their author. */
  public static final String FANOUT_WITHHELD = "gateway.fanout.withheld";

  /** Publications refused by a full queue of a loop. */
  public static final String FANOUT_OVERFLOWS = "gateway.fanout.overflows";

  /** Octets waiting for the event loops. */
  public static final String FANOUT_QUEUED_BYTES = "gateway.fanout.queued.bytes";

  /** Channels with subscribers on this node. */
  public static final String CHANNELS = "gateway.channels";

  /** Pairs of connection and channel on this node. */
  public static final String SUBSCRIPTIONS = "gateway.subscriptions";

  /** Pairs of audience and user that this node answers for. */
  public static final String PRESENCE_MEMBERS = "gateway.presence.members";

  /** Pairs of channel and user typing. */
  public static final String PRESENCE_TYPING = "gateway.presence.typing";

  /** Looks at who is online in a channel, each for all who asked at the same time. */
  public static final String PRESENCE_LOOKS = "gateway.presence.looks";

  /** Publications that this node appended to a history. */
  public static final String HISTORY_APPENDED = "gateway.history.appended";

  /** Publications that had been taken before, told by their idempotency key. */
  public static final String HISTORY_REPEATED = "gateway.history.repeated";

  /** Reads of a history from the backplane. */
  public static final String HISTORY_READS = "gateway.history.reads";

  /** Gaps in the offsets of a channel, as they were noticed. */
  public static final String HISTORY_GAPS = "gateway.history.gaps";

  /** Publications that the bus did not bring and a read did. */
  public static final String HISTORY_REPAIRED = "gateway.history.repaired";

  /** Gaps that nothing could fill; subscribers were told with {@code GAP}. */
  public static final String HISTORY_LOST = "gateway.history.lost";

  /** Subscribers who were away and got all they missed. */
  public static final String HISTORY_RECOVERIES_OK = "gateway.history.recoveries.ok";

  /** Subscribers who were away and were told that something is missing. */
  public static final String HISTORY_RECOVERIES_FAILED = "gateway.history.recoveries.failed";

  /** Recoveries and pages served from the memory of the node. */
  public static final String HISTORY_RING_HITS = "gateway.history.ring.hits";

  /** Recoveries and pages that had to wait for a read. */
  public static final String HISTORY_RING_MISSES = "gateway.history.ring.misses";

  /** Octets of recent publications in the memory of the node. */
  public static final String HISTORY_RING_BYTES = "gateway.history.ring.bytes";

  /** Channels whose history this node follows. */
  public static final String HISTORY_CHANNELS = "gateway.history.channels";

  /** Connections of this node that read their user's inbox. */
  public static final String INBOX_READERS = "gateway.inbox.readers";

  /** Messages that this node put into inboxes. */
  public static final String INBOX_APPENDED = "gateway.inbox.appended";

  /** Messages of inboxes written to connections. */
  public static final String INBOX_DELIVERED = "gateway.inbox.delivered";

  /** Messages of inboxes that clients acknowledged. */
  public static final String INBOX_ACKNOWLEDGED = "gateway.inbox.acknowledged";

  /**
   * Messages delivered and not acknowledged before the connection ended: they are delivered again.
   */
  public static final String INBOX_RETURNED = "gateway.inbox.returned";

  /** Messages that fell out of an inbox unacknowledged; the reader was told with {@code GAP}. */
  public static final String INBOX_OVERFLOW = "gateway.inbox.overflow";

  /** Requests to the back end's hooks, attempts included. */
  public static final String HOOKS_CALLS = "gateway.hooks.calls";

  /** Questions and batches of events that the back end did not take in time. */
  public static final String HOOKS_FAILURES = "gateway.hooks.failures";

  /** Questions and batches that the back end has not answered yet. */
  public static final String HOOKS_UNDER_WAY = "gateway.hooks.underway";

  /** Events that the back end was never told, because it was away too long. */
  public static final String HOOKS_EVENTS_DROPPED = "gateway.hooks.events.dropped";

  /** The transport in use, as text: a fall-back to NIO costs a quarter more processor time. */
  public static final String TRANSPORT = "gateway.transport";

  /** How much later than they should tasks run on the event loops; probed ten times a second. */
  public static final String EVENT_LOOP_LAG = "gateway.eventloop.lag";

  /** From the accept, or the last plain answer, until the request of an upgrade is read. */
  public static final String HANDSHAKE_REQUEST = "gateway.handshake.request";

  /** The check of a token or session cookie. */
  public static final String HANDSHAKE_TOKEN = "gateway.handshake.token";

  /** From the checked token until it is known whether its user may have another connection. */
  public static final String HANDSHAKE_ADMISSION = "gateway.handshake.admission";

  /** From the accept, or the last plain answer, until the 101 is handed to the system. */
  public static final String HANDSHAKE_TOTAL = "gateway.handshake.total";

  /** Revocations, kicks and bans that this node heeds. */
  public static final String REVOCATIONS = "gateway.revocations";

  /** Fetches of keys for tokens that brought nothing; the last keys stay in use. */
  public static final String JWKS_FAILURES = "gateway.jwks.failures";

  /** Unexpected failures inside the gateway; each is also logged once. */
  public static final String FAULTS = "gateway.faults";

  /** Whether the backplane does its work: 0 up, 1 recovering, 2 degraded. */
  public static final String BACKPLANE_STATE = "gateway.backplane.state";

  /** Times that topics brought nothing for seconds and their connection was replaced. */
  public static final String TOPICS_SILENT = "gateway.backplane.topics.silent";

  /** Topics of single channels that brought nothing and were subscribed anew. */
  public static final String TOPICS_DEAF = "gateway.backplane.topics.deaf";

  /** Publications of back ends in Redis that this node took into a history. */
  public static final String HISTORY_ADOPTED = "gateway.history.adopted";

  /** Publications kept because the backplane could not take them. */
  public static final String SPOOL_TAKEN = "gateway.spool.taken";

  /** Publications refused because no more could be kept; their senders were told. */
  public static final String SPOOL_REFUSED = "gateway.spool.refused";

  /** Publications that were kept for too long and never reached the backplane. */
  public static final String SPOOL_DROPPED = "gateway.spool.dropped";

  /** Publications that wait for the backplane. */
  public static final String SPOOL_WAITING = "gateway.spool.waiting";

  /** Octets of files that are stored or promised to uploads. */
  public static final String FILES_STORED_BYTES = "gateway.files.stored.bytes";

  /** Octets of files that all users together may store. */
  public static final String FILES_LIMIT_BYTES = "gateway.files.limit.bytes";

  /** Uploads under way on this node. */
  public static final String FILES_UPLOADS = "gateway.files.uploads";

  /** Uploads that may be under way on this node at once. */
  public static final String FILES_UPLOADS_LIMIT = "gateway.files.uploads.limit";

  /** Files that were uploaded to their end. */
  public static final String FILES_TAKEN = "gateway.files.taken";

  /** Files being sent by this node, at most 512. */
  public static final String FILES_READERS = "gateway.files.readers";

  /** Files sent to whoever may have them, in whole or in part. */
  public static final String FILES_SERVED = "gateway.files.served";

  /** Uploads that were refused or failed; one counter per reason, as {@code ….refused.quota}. */
  public static final String FILES_REFUSED = "gateway.files.refused";

  private MetricNames() {}
}
