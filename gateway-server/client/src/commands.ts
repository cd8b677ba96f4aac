import { Envelope, GatewayError, Payload, uniqueId } from './protocol.js';

/** Sent again after a loss, or when the gateway can take nothing right now: they change nothing, or carry a key by which a repetition is known. */
const REPEATABLE = ['CHAT_MESSAGE', 'DIRECT_MESSAGE', 'HISTORY', 'PRESENCE', 'STATUS'];

/** These get such a key. */
const KEYED = ['CHAT_MESSAGE', 'DIRECT_MESSAGE'];

/** About so long after the gateway could not take it. */
const AGAIN_MILLIS = 1_000;

interface Pending {
  id: string;
  text: string;
  repeatable: boolean;
  tied: boolean;
  sent: boolean;
  resolve(answer: Payload): void;
  reject(failure: GatewayError): void;
}

/** How much may wait; what is more is refused with `QUEUE_FULL`. */
export interface CommandLimits {
  /** Commands that wait for a connection or an answer. */
  commands: number;
  /** UTF-16 units of them all. */
  chars: number;
}

/**
 * @internal
 *
 * Commands on their way: each promise settles exactly once, by its answer, by its time-out or by
 * what makes an answer impossible. Without a connection they wait, in order and within limits.
 */
export class Commands {
  #pending = new Map<string, Pending>();
  #chars = 0;
  #lastId = 0;

  constructor(
    private readonly write: (text: string) => boolean,
    private readonly limits: CommandLimits,
  ) {}

  /**
   * Sends a command, or keeps it for the next connection.
   *
   * @param tied makes sense on this connection only: never waits, and is lost with it
   */
  run(type: string, given: Payload, timeoutMillis: number, tied = false): Promise<Payload> {
    const payload =
      KEYED.includes(type) && !given.clientMessageId ? { ...given, clientMessageId: uniqueId() } : given;
    const id = `c${++this.#lastId}`;
    const text = JSON.stringify({ type, id, payload });
    const full = this.#pending.size >= this.limits.commands || this.#chars + text.length > this.limits.chars;
    if (full && !tied) {
      return Promise.reject(
        new GatewayError('QUEUE_FULL', `too much waits already (${this.limits.commands} commands)`, true),
      );
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#take(id)?.reject(new GatewayError('TIMEOUT', `no answer in ${timeoutMillis} ms`, true)),
        timeoutMillis,
      );
      const done = <T>(settle: (value: T) => void) => (value: T) => {
        clearTimeout(timer);
        settle(value);
      };
      const pending: Pending = {
        id,
        text,
        repeatable: REPEATABLE.includes(type),
        tied,
        sent: false,
        resolve: done(resolve),
        reject: done(reject),
      };
      this.#pending.set(id, pending);
      this.#chars += text.length;
      pending.sent = this.write(text);
      if (tied && !pending.sent) this.#lose(id);
    });
  }

  /** Takes an answer. Returns false when nobody waits for it. */
  settle({ type, id, payload }: Envelope): boolean {
    const pending = this.#pending.get(id!);
    if (!pending) return false;
    if (payload.code === 'UNAVAILABLE' && pending.repeatable) {
      pending.sent = false;
      setTimeout(() => this.#send(pending), payload.retryAfterMillis ?? AGAIN_MILLIS * (0.5 + Math.random()));
      return true;
    }
    this.#take(id!);
    if (type === 'ACK') pending.resolve(payload);
    else pending.reject(new GatewayError(payload.code, payload.error, payload.retryable, payload.retryAfterMillis));
    return true;
  }

  /** There is a connection again: sends what waits. */
  opened(): void {
    for (const pending of this.#pending.values()) this.#send(pending);
  }

  /** The connection is gone, and with it every answer that was on its way. */
  lost(): void {
    for (const [id, pending] of [...this.#pending]) {
      if (pending.tied || (pending.sent && !pending.repeatable)) this.#lose(id);
      else pending.sent = false;
    }
  }

  /** There will be no other connection. */
  end(reason: string): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(new GatewayError('STOPPED', reason));
  }

  #send(pending: Pending): void {
    if (!pending.sent && this.#pending.get(pending.id) === pending) pending.sent = this.write(pending.text);
  }

  #lose(id: string): void {
    this.#take(id)?.reject(new GatewayError('LOST', 'the connection was lost before the answer came', true));
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending && this.#pending.delete(id)) this.#chars -= pending.text.length;
    return pending;
  }
}
