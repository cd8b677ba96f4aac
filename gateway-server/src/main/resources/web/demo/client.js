/**
 * One connection to the gateway that stays up: sends commands, matches the answers, comes back
 * after a loss. Knows nothing of the page.
 */

const PATH = '/api/community/ws';
const PING_MILLIS = 30_000;
const ANSWER_MILLIS = 10_000;
const FIRST_BACKOFF_MILLIS = 500;
const LONGEST_BACKOFF_MILLIS = 30_000;

/** A connection that lived this long ended for a new reason: backoff starts over. */
const STABLE_MILLIS = 5_000;

/** Spreads those who may come back at once, so that they do not all come in one instant. */
const AT_ONCE_SPREAD_MILLIS = 250;

/** The command failed. `code` is one of the protocol's, or LOST or TIMEOUT, which are ours. */
export class CommandError extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** Thrown by `fetchToken` when trying again later would not help. */
export class NoTokenError extends Error {}

/** What a close code asks for: `stay-away`, `at-once` or `backoff`. */
export function adviceFor(code) {
  if (code >= 4000 && code < 4100) return 'stay-away';
  if (code >= 4200 && code < 4300) return 'at-once';
  switch (code) {
    case 1001: // going away
    case 1012: // restart
      return 'at-once';
    case 1000: // closed as asked
    case 1003: // what we sent is not understood, and would not be the next time
    case 1007:
    case 1008:
    case 1009:
      return 'stay-away';
    default:
      return 'backoff';
  }
}

/** Milliseconds before the next try: twice as long each time, and half of it left to chance. */
export function backoffMillis(failures, random = Math.random()) {
  const most = Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** failures);
  return most * (0.5 + random / 2);
}

export class GatewayClient {
  #options;
  #socket = null;
  #failures = 0;
  #openedAt = 0;
  #retryTimer;
  #pingTimer;
  #pingUnanswered = false;
  #lastId = 0;
  #answers = new Map();

  /**
   * Calls back: `fetchToken()` → promise of a token, `onOpen()`, `onEnvelope({type, payload})`,
   * `onFrame(direction, text)` with `sent`, `received` or `note`, and
   * `onState(state, text)` with `connecting`, `open`, `waiting` or `closed`.
   */
  constructor(options) {
    this.#options = options;
  }

  /** Connects, or does not wait any longer for the next try. */
  start() {
    if (this.#socket) return;
    this.#failures = 0;
    this.#connect();
  }

  /** Ends it for good. What was sent before still goes out. */
  stop() {
    this.#drop();
    this.#options.onState('closed', 'Not connected');
  }

  /** Sends an envelope that wants no answer. Returns whether it could be sent. */
  send(type, payload) {
    return this.#write({ type, payload });
  }

  /** Sends a command. The promise holds the payload of its ACK, or fails with a CommandError. */
  command(type, payload) {
    return new Promise((resolve, reject) => {
      const id = `c${++this.#lastId}`;
      if (!this.#write({ type, id, payload })) {
        reject(new CommandError('LOST', 'There is no connection right now'));
        return;
      }
      const timer = setTimeout(
        () => this.#settle(id)?.reject(new CommandError('TIMEOUT', 'The gateway did not answer')),
        ANSWER_MILLIS,
      );
      this.#answers.set(id, { resolve, reject, timer });
    });
  }

  async #connect() {
    clearTimeout(this.#retryTimer);
    this.#options.onState('connecting', 'Connecting…');
    // Holds the place of the socket, so that a second call does not open another one.
    const place = {};
    this.#socket = place;
    let token;
    try {
      token = await this.#options.fetchToken();
    } catch (failure) {
      if (this.#socket === place) {
        this.#lost(failure instanceof NoTokenError ? 'stay-away' : 'backoff', failure.message);
      }
      return;
    }
    if (this.#socket === place) this.#open(token);
  }

  #open(token) {
    const url = new URL(`${PATH}?token=${encodeURIComponent(token)}`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#options.onFrame('note', `connect ${PATH} (the token is not shown)`);
    socket.onopen = () => {
      this.#openedAt = performance.now();
      this.#pingUnanswered = false;
      this.#pingTimer = setInterval(() => this.#ping(), PING_MILLIS);
      this.#options.onState('open', 'Connected');
      this.#options.onOpen();
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => {
      this.#options.onFrame('note', `closed ${code} ${reason}`);
      this.#lost(adviceFor(code), reason || `code ${code}`);
    };
  }

  #received(text) {
    this.#options.onFrame('received', text);
    let envelope;
    try {
      envelope = JSON.parse(text);
    } catch {
      return;
    }
    const { type, id } = envelope ?? {};
    const payload = envelope?.payload ?? {};
    if (type === 'PONG') this.#pingUnanswered = false;
    const answer = type === 'ACK' || type === 'ERROR' ? this.#settle(id) : undefined;
    if (!answer) {
      this.#options.onEnvelope({ type, payload });
    } else if (type === 'ACK') {
      answer.resolve(payload);
    } else {
      answer.reject(new CommandError(payload.code, payload.error));
    }
  }

  #ping() {
    if (this.#pingUnanswered) {
      this.#options.onFrame('note', 'no PONG came');
      this.#lost('backoff', 'the gateway is silent');
      return;
    }
    this.#pingUnanswered = true;
    this.send('PING', {});
  }

  #write(envelope) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    const text = JSON.stringify(envelope);
    this.#socket.send(text);
    this.#options.onFrame('sent', text);
    return true;
  }

  #settle(id) {
    const answer = this.#answers.get(id);
    clearTimeout(answer?.timer);
    this.#answers.delete(id);
    return answer;
  }

  #lost(advice, reason) {
    const lived = this.#openedAt ? performance.now() - this.#openedAt : 0;
    this.#drop();
    if (advice === 'stay-away') {
      this.#options.onState('closed', `Closed: ${reason}`);
      return;
    }
    if (lived >= STABLE_MILLIS) this.#failures = 0;
    const delayMillis =
      advice === 'at-once' && this.#failures === 0
        ? Math.random() * AT_ONCE_SPREAD_MILLIS
        : backoffMillis(this.#failures);
    this.#failures++;
    this.#retryTimer = setTimeout(() => this.#connect(), delayMillis);
    const seconds = Math.ceil(delayMillis / 1000);
    this.#options.onState('waiting', `Connection lost, next try in ${seconds} s`);
  }

  /** Lets go of the socket and of all that waits for it. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#openedAt = 0;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#pingTimer);
    if (socket instanceof WebSocket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    for (const id of [...this.#answers.keys()]) {
      this.#settle(id).reject(new CommandError('LOST', 'The connection was lost before the answer came'));
    }
  }
}
