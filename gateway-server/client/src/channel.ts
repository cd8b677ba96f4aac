import { guarded } from './emitter.js';
import { Envelope, GatewayError, Payload, Position } from './protocol.js';

/** Ids of this many messages are remembered to know a repetition that has no place. */
const REMEMBERED_IDS = 256;

/** Publications of this channel are lost to this page, or would be if they had not been told. */
export interface Gap {
  channel: string;
  /** Everything arrived after all. */
  recovered: boolean;
  /** How many publications that is, where it is known. */
  missed?: number;
  /** Why: `epoch`, `window`, `size`, `unavailable`, `off`, or `gap` when the gateway told of one. */
  reason: string;
}

/** What a page has to do with a channel: only `onMessage` is needed. */
export interface ChannelHandlers {
  /** Publications in order and each once, and typing and presence as they come. */
  onMessage?(envelope: Envelope): void;
  onGap?(gap: Gap): void;
  /** The subscription stands, also again after a loss; the answer is that of the gateway. */
  onLive?(answer: Payload): void;
  /** The gateway refuses; it is not tried again. */
  onError?(failure: GatewayError): void;
}

/** What happened to publications since the start. */
export interface Counters {
  /** Times that a subscription was taken up again at its place. */
  resumed: number;
  /** Publications that were caught up on then. */
  recovered: number;
  /** Publications that are lost to this page, as far as they can be counted. */
  missed: number;
  /** Times that some were, or may have been. */
  gaps: number;
  /** Publications that came twice; the second was dropped. */
  duplicated: number;
}

/**
 * @internal
 *
 * One channel as this page sees it: where it stands in the history, and who listens.
 *
 * Until the gateway has answered SUBSCRIBE, numbered publications are not for us: those that matter
 * follow the answer. From then on the next offset is the only one expected.
 */
export class Channel {
  readonly listeners = new Set<ChannelHandlers>();
  epoch: string | undefined;
  /** Undefined while nobody knows what comes next: the next publication tells. */
  offset: number | undefined;
  live = false;
  /** The answer to the last SUBSCRIBE, while it stands. */
  answer: Payload = {};
  #ids = new Set<string>();

  constructor(
    readonly name: string,
    private readonly counters: Counters,
  ) {}

  get position(): Position | undefined {
    return this.epoch === undefined || this.offset === undefined
      ? undefined
      : { epoch: this.epoch, offset: this.offset };
  }

  /** Takes the answer to SUBSCRIBE. */
  begin(answer: Payload): void {
    const before = this.position;
    this.live = true;
    this.answer = answer;
    if (answer.recovered) {
      this.counters.resumed++;
      this.counters.recovered += answer.missed ?? 0;
    } else {
      this.#moveTo(answer.epoch, answer.offset);
      if (answer.recovered === false) {
        const counted = before?.epoch === this.epoch && this.offset !== undefined;
        this.#lose(answer.reason, counted ? this.offset! - before!.offset : undefined);
      }
    }
    this.#tell((each) => each.onLive?.(answer));
  }

  /** Takes an envelope of this channel. Returns whether it is news. */
  accept(envelope: Envelope): boolean {
    const { epoch, offset } = envelope;
    if (offset !== undefined && epoch !== undefined && !this.#inTurn(epoch, offset)) return false;
    if (this.#isKnown(envelope)) {
      this.counters.duplicated++;
      return false;
    }
    this.#tell((each) => each.onMessage?.(envelope));
    return true;
  }

  /** Takes what the gateway says of a gap: the next publication is the one behind it. */
  skip({ epoch, from, to, recovered }: Payload): void {
    if (!this.live || (epoch === this.epoch && to <= (this.offset ?? -1))) return;
    this.#moveTo(epoch, to);
    const missed = from !== undefined && to !== undefined ? to - from + 1 : undefined;
    if (recovered) this.#tellGap({ recovered: true, missed, reason: 'gap' });
    else this.#lose('gap', missed);
  }

  fail(failure: GatewayError): void {
    this.#tell((each) => each.onError?.(failure));
  }

  #inTurn(epoch: string, offset: number): boolean {
    if (!this.live) return false;
    if (epoch === this.epoch && this.offset !== undefined) {
      if (offset <= this.offset) {
        this.counters.duplicated++;
        return false;
      }
      if (offset > this.offset + 1) this.#lose('gap', offset - this.offset - 1);
    } else if (this.epoch !== undefined && epoch !== this.epoch) {
      this.#lose('epoch', undefined);
    }
    this.#moveTo(epoch, offset);
    return true;
  }

  /** During an outage publications have no place, and who changes nodes may get them again. */
  #isKnown({ type, payload }: Envelope): boolean {
    if (type !== 'CHAT_MESSAGE' || typeof payload.id !== 'string') return false;
    if (this.#ids.has(payload.id)) return true;
    this.#ids.add(payload.id);
    if (this.#ids.size > REMEMBERED_IDS) this.#ids.delete(this.#ids.values().next().value!);
    return false;
  }

  #moveTo(epoch?: string, offset?: number): void {
    this.epoch = epoch;
    this.offset = offset;
  }

  #lose(reason: string, missed: number | undefined): void {
    this.counters.gaps++;
    this.counters.missed += missed ?? 0;
    this.#tellGap({ recovered: false, missed, reason });
  }

  #tellGap(gap: Omit<Gap, 'channel'>): void {
    this.#tell((each) => each.onGap?.({ channel: this.name, ...gap }));
  }

  #tell(each: (handlers: ChannelHandlers) => void): void {
    for (const handlers of [...this.listeners]) guarded(() => each(handlers));
  }
}
