/** What goes over the wire, and what it means. */

/** The members of an envelope depend on its type; back ends may send whatever they like. */
export type Payload = Record<string, any>;

export interface Envelope {
  type: string;
  payload: Payload;
  id?: string;
  /** With `epoch`, the place of a publication in the history of its channel. */
  offset?: number;
  epoch?: string;
}

/** A place in the history of a channel: everything up to it is known. */
export interface Position {
  epoch: string;
  offset: number;
}

/** What a close code asks for. */
export type Advice = 'stay-away' | 'at-once' | 'backoff';

/**
 * A command failed. `code` is one of the protocol's, or one of ours: `LOST` (the connection broke
 * before the answer came, nobody knows whether it was carried out), `TIMEOUT`, `QUEUE_FULL` or
 * `STOPPED`.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: string,
    message: string,
    readonly retryable = false,
    readonly retryAfterMillis?: number,
  ) {
    super(message);
  }
}

/** What a close code asks for; the hundred decides above 4000. */
export function adviceFor(code: number): Advice {
  if (code >= 4000 && code < 4100) return 'stay-away';
  if (code >= 4200 && code < 4300) return 'at-once';
  switch (code) {
    case 1001: // going away
    case 1012: // restart
      return 'at-once';
    case 1000: // closed as asked
    case 1003: // what was sent is not understood, and would not be the next time
    case 1007:
    case 1008:
    case 1009:
      return 'stay-away';
    default:
      return 'backoff';
  }
}

/** The channel a payload names, or undefined. An empty id counts as absent, and `roomId` wins. */
export function channelOf(payload: Payload): string | undefined {
  if (payload.roomId) return `room:${payload.roomId}`;
  if (payload.groupId) return `group:${payload.groupId}`;
  return payload.channel || undefined;
}

/** @internal Reads a frame; undefined when it is no envelope. */
export function parseEnvelope(text: unknown): Envelope | undefined {
  try {
    const read = JSON.parse(text as string);
    if (typeof read?.type !== 'string') return undefined;
    const payload = read.payload;
    return { ...read, payload: payload && typeof payload === 'object' ? payload : {} };
  } catch {
    return undefined;
  }
}

/** @internal A name that nothing else has; also where there is no `crypto.randomUUID`. */
export function uniqueId(): string {
  const octets = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
