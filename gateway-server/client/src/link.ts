import { adviceFor } from './protocol.js';

const FIRST_BACKOFF_MILLIS = 500;
const LONGEST_BACKOFF_MILLIS = 30_000;

/** A connection that lived this long ended for a new reason: backoff starts over. */
const STABLE_MILLIS = 5_000;

/** Spreads those who may come back at once, so that they do not all come in one instant. */
const AT_ONCE_SPREAD_MILLIS = 250;

/** Whatever does not open within this time will not. */
const OPEN_MILLIS = 15_000;

/** So long after a PING something must have been heard; on waking a person is waiting. */
const ANSWER_MILLIS = 10_000;
const WAKING_ANSWER_MILLIS = 4_000;

const TOKEN_EXPIRED = 4001;

/** @internal Ours, to say that the peer is silent; the sharing of sockets knows it. */
export const SILENT = 4900;

/**
 * `idle` before the start and after the stop, `waiting` between two tries, `closed` when the
 * gateway said not to come back.
 */
export type State = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

/** As much of a WebSocket as is needed. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** @internal Thrown where trying again is of no use. */
export class StayAway extends Error {}

/** @internal What a link tells. */
export interface LinkListener {
  /** Opens a socket; a rejection counts as a failed try. */
  connect(): Promise<SocketLike>;
  opened(): void;
  received(text: string): void;
  /** It was open, and is not any more. */
  lost(): void;
  changed(state: State, detail: string): void;
  note(text: string): void;
}

/** @internal Milliseconds to wait after so many failures: anything from nothing to a growing bound. */
export function fullJitter(failures: number, random = Math.random()): number {
  return random * Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** Math.min(failures, 16));
}

/** @internal One socket after the other, for ever, unless the gateway says not to come back. */
export class Link {
  state: State = 'idle';
  #listener: LinkListener;
  #heartbeatMillis: number;
  #socket: SocketLike | undefined;
  #try = 0;
  #failures = 0;
  #wasOpen = false;
  #comeBackMillis: number | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #stableTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: LinkListener, heartbeatMillis: number) {
    this.#listener = listener;
    this.#heartbeatMillis = heartbeatMillis;
  }

  /** Connects, or does not wait any longer for the next try. */
  start(): void {
    if (this.state === 'connecting' || this.state === 'open') return;
    void this.#connect();
  }

  stop(): void {
    this.#drop(1000);
    this.#failures = 0;
    this.#change('idle', 'stopped');
  }

  /** The page or the network is back: do not wait, and do not trust what looks open. */
  wake(): void {
    if (this.state === 'waiting') void this.#connect();
    else if (this.state === 'open') this.#ping(WAKING_ANSWER_MILLIS);
  }

  /** Leaves this connection for another one. */
  restart(): void {
    this.#drop(1000);
    this.#failures = 0;
    void this.#connect();
  }

  /** Returns whether it could be sent. */
  write(text: string): boolean {
    if (this.state !== 'open') return false;
    this.#socket!.send(text);
    return true;
  }

  /** The next return is asked to wait so long. */
  comeBackAfter(millis: number): void {
    this.#comeBackMillis = millis;
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    const attempt = ++this.#try;
    this.#change('connecting', 'connecting');
    this.#openTimer = setTimeout(() => this.#end(1006, 'no answer', SILENT), OPEN_MILLIS);
    let socket: SocketLike;
    try {
      socket = await this.#listener.connect();
    } catch (failure) {
      if (attempt !== this.#try) return;
      const why = failure instanceof Error ? failure.message : String(failure);
      this.#end(failure instanceof StayAway ? 4000 : 1006, why);
      return;
    }
    if (attempt !== this.#try) {
      socket.close(1000);
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => {
      clearTimeout(this.#answerTimer);
      this.#answerTimer = undefined;
      this.#listener.received(data as string);
    };
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
  }

  #opened(): void {
    clearTimeout(this.#openTimer);
    this.#wasOpen = true;
    this.#stableTimer = setTimeout(() => (this.#failures = 0), STABLE_MILLIS);
    this.#pingTimer = setInterval(() => this.#ping(ANSWER_MILLIS), this.#heartbeatMillis);
    this.#comeBackMillis = undefined;
    this.#change('open', 'connected');
    this.#listener.opened();
  }

  #ping(patienceMillis: number): void {
    this.write('{"type":"PING"}');
    if (this.#answerTimer !== undefined && patienceMillis === ANSWER_MILLIS) return;
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#end(1006, 'the gateway is silent', SILENT), patienceMillis);
  }

  /** The socket is gone, or as good as gone: back after a while, or not. */
  #end(code: number, reason: string, closeWith?: number): void {
    this.#listener.note(`closed ${code} ${reason}`);
    const wasOpen = this.#wasOpen;
    this.#drop(closeWith);
    // A token that was good and ran out is worth one try with a new one; one that never was is not.
    const advice = code === TOKEN_EXPIRED && wasOpen ? 'backoff' : adviceFor(code);
    const why = reason || `code ${code}`;
    if (advice === 'stay-away') {
      this.#change('closed', why);
      return;
    }
    const atOnce = advice === 'at-once' && this.#failures === 0;
    const delayMillis = atOnce
      ? (this.#comeBackMillis ?? Math.random() * AT_ONCE_SPREAD_MILLIS)
      : fullJitter(this.#failures);
    this.#failures++;
    this.#retryTimer = setTimeout(() => void this.#connect(), delayMillis);
    this.#change('waiting', why);
  }

  /** Lets go of the socket and of everything that waits for it. */
  #drop(closeWith?: number): void {
    const socket = this.#socket;
    const wasOpen = this.#wasOpen;
    this.#try++;
    this.#socket = undefined;
    this.#wasOpen = false;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openTimer);
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    clearInterval(this.#pingTimer);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (closeWith !== undefined) socket.close(closeWith);
    }
    if (wasOpen) {
      this.state = 'waiting';
      this.#listener.lost();
    }
  }

  #change(state: State, detail: string): void {
    this.state = state;
    this.#listener.changed(state, detail);
  }
}
