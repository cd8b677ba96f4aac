import { fullJitter } from './link.js';
import { Counters } from './channel.js';
import { Envelope, GatewayError, Payload, Position } from './protocol.js';

/** Acknowledgements are cumulative: a few messages share one. */
const ACK_MILLIS = 50;

/** What is told to this user, one at a time; it is acknowledged when the promise is kept. */
export type InboxHandler = (message: Envelope) => unknown;

export interface InboxOptions {
  /** A place of its own in the inbox; without one it is shared by all that name none. */
  device?: string;
  onGap?(gap: Payload): void;
  onError?(failure: GatewayError): void;
}

/**
 * @internal
 *
 * The inbox of the user: messages in order, each handled before the next one is given out, and
 * acknowledged after that. What fails is tried again; what is not acknowledged comes again with the
 * next connection.
 */
export class Inbox {
  /** Everything up to here came in. */
  #received: Position | undefined;
  /** Everything up to here was handled. */
  #handled: Position | undefined;
  #waiting: Envelope[] = [];
  #busy = false;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    private readonly handler: InboxHandler,
    readonly options: InboxOptions,
    private readonly acknowledge: (offset: number) => void,
    private readonly counters: Counters,
  ) {}

  get epoch(): string | undefined {
    return this.#received?.epoch;
  }

  /** What the command that opens it says. */
  request(): Payload {
    return { device: this.options.device, since: this.#handled };
  }

  /** Takes the answer to that: what is not handled comes again from there. */
  begin({ epoch, offset }: Payload): void {
    this.#received = { epoch, offset };
    if (this.#handled?.epoch !== epoch) this.#handled = undefined;
    this.#waiting = [];
  }

  /** Takes a message. Returns whether it is news. */
  accept(message: Envelope): boolean {
    const offset = message.offset!;
    if (offset <= Math.max(this.#received!.offset, this.#handled?.offset ?? 0)) {
      this.counters.duplicated++;
      return false;
    }
    this.#received = { epoch: message.epoch!, offset };
    this.#waiting.push(message);
    void this.#work();
    return true;
  }

  skip(gap: Payload): void {
    this.#received = { epoch: gap.epoch, offset: gap.to ?? 0 };
    if (!gap.recovered) {
      this.counters.gaps++;
      if (gap.from !== undefined && gap.to !== undefined) this.counters.missed += gap.to - gap.from + 1;
    }
    this.options.onGap?.(gap);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    clearTimeout(this.#ackTimer);
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let failures = 0; this.#waiting.length > 0; ) {
      const message = this.#waiting[0]!;
      try {
        await this.handler(message);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100 + fullJitter(failures++)));
        continue;
      }
      failures = 0;
      // A new connection may have emptied the list and filled it again meanwhile.
      this.#waiting = this.#waiting.filter((each) => each.epoch !== message.epoch || each.offset! > message.offset!);
      if (!this.#closed) this.#done({ epoch: message.epoch!, offset: message.offset! });
    }
    this.#busy = false;
  }

  #done(position: Position): void {
    if (this.#received?.epoch !== position.epoch) return;
    this.#handled = position;
    this.#ackTimer ??= setTimeout(() => {
      this.#ackTimer = undefined;
      if (this.#handled) this.acknowledge(this.#handled.offset);
    }, ACK_MILLIS);
  }
}
