/**
 * What an operator should look at. Each alarm says what is wrong, why, and which setting has to do
 * with it. The texts hold no numbers that change, because they are read aloud when they do.
 */

const OVERLOADS = 'limits.heap-percent, limits.event-loop-lag';

/** A counter that must not grow. */
const growing = (id, level, title, cause, setting) => ({
  id,
  level,
  when: (samples) => samples.grown(id) > 0,
  title,
  cause: () => cause,
  setting,
});

/** Newcomers that a limit keeps out. */
const refusing = (limit, cause, setting) =>
  growing(`gateway.limits.refused.${limit}`, 'busy', 'Newcomers are refused', cause, setting);

export const ALARMS = [
  {
    id: 'backplane',
    level: 'bad',
    when: ({ stats }) => stats.backplane.state !== 'up',
    title: 'Redis is away',
    cause: ({ stats }) =>
      `The bus is ${stats.backplane.state}: people on this node reach each other, what they say waits for the other nodes.`,
    setting: 'redis.url, history.spool',
  },
  {
    id: 'overload',
    level: 'bad',
    when: ({ stats }) => Boolean(stats.limits.overload),
    title: 'Newcomers are refused',
    // The numbers in it would be read aloud with every change.
    cause: ({ stats }) => `The node is overloaded: ${String(stats.limits.overload).replace(/[\d.,]+/g, '…')}`,
    setting: OVERLOADS,
  },
  {
    id: 'room',
    level: 'busy',
    when: ({ stats: { limits } }) => limits.maxConnections > 0 && limits.sockets > 0.8 * limits.maxConnections,
    title: 'There is little room left',
    cause: () => 'More than four fifths of the sockets this node may have are open.',
    setting: 'limits.connections-per-node',
  },
  {
    id: 'lag',
    level: 'busy',
    when: ({ stats }) => stats.limits.eventLoopLagMillisP99 >= 100,
    title: 'Event loops are late',
    cause: () => 'One task in a hundred waits 0.1 s or longer: too few processors, a long pause of the collector, or too much to deliver.',
    setting: 'limits.event-loop-lag, listen.event-loops',
  },
  {
    id: 'channel',
    level: 'busy',
    when: ({ costs: { costs, fanout } }) => costs[0]?.cpu > 0.5 && fanout.processors > 0.5,
    title: 'One channel makes most of the work',
    cause: ({ costs: { costs } }) => `Most of what the fan-out does is for ${costs[0].channel}: its crowd is large, or somebody publishes there without end.`,
    setting: 'limits.publishing, listen.event-loops',
  },
  {
    id: 'transport',
    level: 'busy',
    when: ({ stats }) => stats.machinery.transport === 'nio',
    title: 'The slow transport is in use',
    cause: () => 'Epoll is not available here; NIO costs a quarter more processor time.',
    setting: 'listen.transport',
  },
  growing('gateway.faults', 'bad', 'Something failed inside the gateway', 'It is in the log, once, with its cause.', 'log.level'),
  growing('gateway.connections.closed.4101', 'busy', 'Slow readers are closed', 'They took what was sent too slowly or not at all, and come back to what they missed.', 'limits.outbound-close-bytes, timeouts.stall'),
  growing('gateway.fanout.dropped', 'busy', 'Typing and presence are left out', 'Some readers are slow; chat still reaches them.', 'limits.outbound-drop-bytes'),
  growing('gateway.fanout.overflows', 'bad', 'Publications are dropped', 'More waits for an event loop than may.', 'limits.fanout-queue-bytes'),
  refusing('node', 'This node has as many sockets as it may have.', 'limits.connections-per-node'),
  refusing('accepts', 'Too many come at once.', 'limits.accepts-per-second'),
  refusing('overload', 'The node was overloaded.', OVERLOADS),
  refusing('address', 'Too many come from one address; behind a proxy all do, unless it is trusted.', 'limits.connections-per-address, listen.trusted-proxies'),
  refusing('failures', 'One address shows bad tokens again and again.', 'limits.failed-handshakes'),
  refusing('user', 'One user has too many connections.', 'limits.connections-per-user'),
  growing('gateway.connections.refused.401', 'busy', 'Logins are refused', 'Tokens are bad, too old or of another secret; gateway token inspect says which check fails.', 'token.secret, origins.allowed'),
  growing('gateway.limits.sockets.dropped', 'busy', 'Sockets are closed at once', 'There are far too many of this node or of one address to answer them all.', 'limits.connections-per-node, limits.connections-per-address'),
  growing('gateway.limits.unchecked', 'busy', 'Users may have too many connections', 'Redis was away, so other nodes were not asked how many they have.', 'limits.connections-per-user, redis.url'),
  growing('gateway.connections.closed.1009', 'busy', 'Messages are too large', 'Some clients send more in one message than they may, and are closed.', 'limits.message-bytes'),
  growing('gateway.connections.closed.4029', 'busy', 'Clients are closed for abuse', 'They went on sending commands faster than they may.', 'limits.commands'),
  growing('gateway.commands.refused.RATE_LIMITED', 'busy', 'Clients are too fast', 'Some send more commands or messages than they may.', 'limits.commands, limits.publishing'),
  growing('gateway.publications.invalid', 'busy', 'A back end publishes what is no envelope', 'It is dropped: expected a JSON object with type and payload.', 'redis.url'),
  growing('gateway.history.lost', 'bad', 'Publications were lost', 'A gap could not be filled; its subscribers were told.', 'history.keep, redis.url'),
  growing('gateway.history.recoveries.failed', 'busy', 'Some who were away miss something', 'More was published meanwhile than is kept, or a history began anew.', 'history.keep'),
  growing('gateway.inbox.overflow', 'busy', 'Inboxes overflow', 'Users are told more than is kept until they acknowledge it.', 'inbox.keep'),
  growing('gateway.spool.refused', 'bad', 'Publications are refused', 'Redis is away and no more can be kept for it.', 'history.spool'),
  growing('gateway.spool.dropped', 'bad', 'Publications were dropped', 'Redis was away longer than they may wait.', 'history.spool'),
  growing('gateway.backplane.topics.silent', 'busy', 'Redis went silent', 'Topics brought nothing for seconds and were connected anew.', 'redis.url'),
  growing('gateway.backplane.topics.deaf', 'busy', 'Single topics of Redis went silent', 'They brought nothing although something was published, and were subscribed anew.', 'redis.url'),
  growing('gateway.hooks.failures', 'busy', 'The back end does not answer', 'Questions and events were not taken in time.', 'hooks.url, hooks.timeout'),
  growing('gateway.hooks.events.dropped', 'bad', 'Events are lost', 'The back end was away longer than events can wait.', 'hooks.url'),
  growing('gateway.jwks.failures', 'busy', 'Keys for tokens cannot be fetched', 'The last ones stay in use.', 'token.jwks-url'),
];
