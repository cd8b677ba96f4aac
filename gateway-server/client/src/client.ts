import { Channel, ChannelHandlers, Counters, Gap } from './channel.js';
import { CommandLimits, Commands } from './commands.js';
import { Emitter } from './emitter.js';
import { Inbox, InboxHandler, InboxOptions } from './inbox.js';
import { Link, SocketLike, State, StayAway } from './link.js';
import { Envelope, GatewayError, Payload, Position, channelOf, parseEnvelope } from './protocol.js';
import { sharedSockets } from './sharing.js';

const PATH = '/api/community/ws';

/** A minute of silence ends a connection; twice in it something is heard. */
const HEARTBEAT_MILLIS = 30_000;

const TIMEOUT_MILLIS = 30_000;

/** Longer than the gateway itself waits for its history. */
const SUBSCRIBE_MILLIS = 40_000;

const ASK_AGAIN_MILLIS = 500;

/** So often a gateway whose history is away is asked again, before what was missed counts as lost. */
const PATIENT_ASKS = 20;

/** These speak of a channel, but not to its listeners. */
const CONTROL = ['ACK', 'ERROR', 'GAP'];

const QUEUE: CommandLimits = { commands: 200, chars: 262_144 };

export interface ClientOptions {
  /** Where the gateway is, as `http` or `ws`; this page's own host and the usual path without it. */
  url?: string | URL;
  /**
   * Gives a token for each connection, and a new one when the gateway says that it runs out. No
   * token is the end; an error is tried again. Without this the cookies of the page must do.
   */
  token?: () => string | null | undefined | Promise<string | null | undefined>;
  /** Where the token goes: into the query, as ever, or where access logs do not see it. */
  tokenIn?: 'query' | 'subprotocol';
  /** Tabs with the same name here use one socket: put the id of the user into it. */
  share?: string;
  /** Where this module is served as a file of its own, if it is part of a bundle. */
  worker?: string | URL;
  /** How much may wait while there is no connection. */
  queue?: Partial<CommandLimits>;
  /** How long a command may take, waiting included. */
  timeoutMillis?: number;
  heartbeatMillis?: number;
  /** Opens the socket instead of `new WebSocket`. */
  socket?: (url: string, protocols: string[]) => SocketLike;
}

/** How the connection is; a new object after every change. */
export interface Status {
  readonly state: State;
  /** Why, in words for a developer. */
  readonly detail: string;
  /** Whom the gateway takes us for; undefined before the first connection. */
  readonly userId: string | undefined;
}

export interface Subscription {
  readonly channel: string;
  /** Up to where everything was received; undefined where no history is kept. */
  readonly position: Position | undefined;
  /** Stops listening; the channel is left with its last listener. */
  close(): void;
}

export type ClientEvents = {
  state: [status: Status];
  /** What came in and is no answer: publications once, and everything that belongs to no channel. */
  envelope: [envelope: Envelope];
  gap: [gap: Gap];
  /** What goes over the wire, for people to look at. */
  frame: [direction: 'sent' | 'received' | 'note', text: string];
};

/**
 * The connection of a page to the gateway. It stays up: whatever breaks it, it comes back unless
 * the gateway says not to, takes up every channel where it was, and counts what that cost.
 */
export class GatewayClient {
  /** What happened to publications since the start. */
  readonly counters: Counters = { resumed: 0, recovered: 0, missed: 0, gaps: 0, duplicated: 0 };
  #options: ClientOptions;
  #events = new Emitter<ClientEvents>();
  #status: Status = { state: 'idle', detail: 'not started', userId: undefined };
  #channels = new Map<string, Channel>();
  #byEpoch = new Map<string, Channel>();
  #inbox: Inbox | undefined;
  #openSocket: ((url: string, protocols: string[]) => SocketLike) | undefined;
  #connection = 0;
  #commands: Commands;
  #link: Link;

  /** Does nothing yet, so that it can be made anywhere, also on a server. */
  constructor(options: ClientOptions = {}) {
    this.#options = options;
    this.#openSocket = options.socket;
    this.#commands = new Commands((text) => this.#write(text), { ...QUEUE, ...options.queue });
    this.#link = new Link(
      {
        connect: () => this.#connect(),
        opened: () => this.#opened(),
        received: (text) => this.#received(text),
        lost: () => this.#lost(),
        changed: (state, detail) => this.#change({ state, detail }),
        note: (text) => this.#events.emit('frame', 'note', text),
      },
      options.heartbeatMillis ?? HEARTBEAT_MILLIS,
    );
  }

  get status(): Status {
    return this.#status;
  }

  /** Connects, or does not wait any longer for the next try. */
  start(): void {
    const page = globalThis.window;
    page?.addEventListener('online', this.#wake);
    page?.addEventListener('pageshow', this.#wake);
    page?.document?.addEventListener('visibilitychange', this.#wake);
    this.#link.start();
  }

  /** Ends the connection. Channels are kept, and taken up again by the next start. */
  stop(): void {
    const page = globalThis.window;
    page?.removeEventListener('online', this.#wake);
    page?.removeEventListener('pageshow', this.#wake);
    page?.document?.removeEventListener('visibilitychange', this.#wake);
    this.#link.stop();
    this.#commands.end('the client was stopped');
  }

  /** Leaves this connection for a new one, also after the gateway said not to come back. */
  restart(): void {
    this.#link.restart();
  }

  /** Makes sure, without waiting any longer, that the connection works. */
  wake(): void {
    this.#link.wake();
  }

  /** Calls the listener until what is returned is called. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Listens to a channel, `room:…` or `group:…`, now and after every loss.
   *
   * @param since begins behind a place, as another subscription had it
   */
  subscribe(name: string, handlers: ChannelHandlers | ((envelope: Envelope) => void), since?: Position): Subscription {
    const added = typeof handlers === 'function' ? { onMessage: handlers } : { ...handlers };
    const known = this.#channels.get(name);
    const channel = known ?? new Channel(name, this.counters);
    channel.listeners.add(added);
    if (!known) {
      channel.epoch = since?.epoch;
      channel.offset = since?.offset;
      channel.listeners.add({ onGap: (gap) => this.#events.emit('gap', gap) });
      this.#channels.set(name, channel);
      this.#ask(channel);
    } else if (channel.live) {
      queueMicrotask(() => channel.listeners.has(added) && added.onLive?.(channel.answer));
    }
    return {
      channel: name,
      get position() {
        return channel.position;
      },
      close: () => {
        // Not at once: a page that draws itself anew closes and opens in one go.
        if (channel.listeners.delete(added)) setTimeout(() => this.#leave(channel), 0);
      },
    };
  }

  /** Sends what wants no answer and is worth nothing later. Returns whether it could be sent. */
  send(type: string, payload: Payload = {}): boolean {
    return this.#write(JSON.stringify({ type, payload }));
  }

  /**
   * Sends a command, now or when there is a connection. The promise settles once: with the payload
   * of the ACK, or with a {@link GatewayError}.
   */
  command(type: string, payload: Payload = {}, timeoutMillis?: number): Promise<Payload> {
    return this.#commands.run(type, payload, timeoutMillis ?? this.#options.timeoutMillis ?? TIMEOUT_MILLIS);
  }

  /** Reads the inbox of the user, until what is returned is called. There is one reader. */
  inbox(handler: InboxHandler, options: InboxOptions = {}): () => void {
    this.#inbox?.close();
    const inbox = new Inbox(handler, options, (offset) => this.send('INBOX_ACK', { offset }), this.counters);
    this.#inbox = inbox;
    this.#openInbox();
    return () => {
      inbox.close();
      if (this.#inbox === inbox) this.#inbox = undefined;
    };
  }

  /** Gives the gateway a new token on this connection; done by itself when one runs out. */
  async refresh(): Promise<Payload> {
    return this.command('REFRESH', { token: await this.#options.token?.() });
  }

  async #connect(): Promise<SocketLike> {
    const { token, tokenIn, url: given } = this.#options;
    const url = new URL(given ?? PATH, globalThis.location?.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#openSocket ??= this.#sockets(`${url.host}${url.pathname}`);
    const protocols: string[] = [];
    if (token) {
      const value = await token();
      if (!value) throw new StayAway('there is no token');
      if (tokenIn === 'subprotocol') protocols.push('velonx.v1', 'bearer', value);
      else url.searchParams.set('token', value);
    }
    this.#events.emit('frame', 'note', `connect ${url.host}${url.pathname}`);
    return this.#openSocket(url.href, protocols);
  }

  #sockets(place: string): (url: string, protocols: string[]) => SocketLike {
    const { share, worker } = this.#options;
    // Within a bundle, the address of this module is that of the whole page's code.
    const own = new URL(import.meta.url).pathname === '/client.js' ? import.meta.url : undefined;
    return share === undefined
      ? (url, protocols) => new WebSocket(url, protocols) as unknown as SocketLike
      : sharedSockets(`${share}@${place}`, worker ? String(worker) : own);
  }

  #opened(): void {
    this.#connection++;
    for (const channel of this.#channels.values()) this.#ask(channel);
    this.#openInbox();
    this.#commands.opened();
  }

  #lost(): void {
    for (const channel of this.#channels.values()) channel.live = false;
    this.#commands.lost();
  }

  #ask(channel: Channel, asks = 1): void {
    if (this.#link.state !== 'open' || this.#channels.get(channel.name) !== channel) return;
    const connection = this.#connection;
    const current = () => connection === this.#connection && this.#channels.get(channel.name) === channel;
    const askAgain = (pause = ASK_AGAIN_MILLIS * (0.5 + Math.random())) =>
      setTimeout(() => current() && this.#ask(channel, asks + 1), pause);
    this.#commands
      .run('SUBSCRIBE', { channel: channel.name, since: channel.position }, SUBSCRIBE_MILLIS, true)
      .then((answer) => {
        if (!current()) return;
        if (answer.reason === 'unavailable' && asks < PATIENT_ASKS) askAgain();
        else channel.begin(answer);
      })
      .catch((failure: GatewayError) => {
        if (!current() || ['LOST', 'STOPPED'].includes(failure.code)) return;
        // Another tab on this socket may be catching up with the same channel.
        if (failure.retryable || failure.code === 'CONFLICT') {
          askAgain(failure.retryAfterMillis);
        } else {
          this.#channels.delete(channel.name);
          channel.fail(failure);
        }
      });
  }

  #leave(channel: Channel): void {
    // One listener is our own.
    if (channel.listeners.size > 1 || this.#channels.get(channel.name) !== channel) return;
    this.#channels.delete(channel.name);
    this.send('UNSUBSCRIBE', { channel: channel.name });
  }

  #openInbox(): void {
    const inbox = this.#inbox;
    if (!inbox || this.#link.state !== 'open') return;
    this.#commands.run('INBOX', inbox.request(), SUBSCRIBE_MILLIS, true).then(
      (answer) => inbox.begin(answer),
      (failure: GatewayError) => {
        if (failure.retryable && failure.code !== 'LOST') setTimeout(() => this.#openInbox(), ASK_AGAIN_MILLIS);
        else if (!failure.retryable) inbox.options.onError?.(failure);
      },
    );
  }

  #received(text: string): void {
    this.#events.emit('frame', 'received', text);
    const envelope = parseEnvelope(text);
    if (!envelope || envelope.type === 'PONG') return;
    const { type, payload } = envelope;
    if ((type === 'ACK' || type === 'ERROR') && this.#commands.settle(envelope)) return;
    if (type === 'RECONNECT') this.#link.comeBackAfter(payload.delayMillis ?? 0);
    if (type === 'TOKEN_EXPIRING' && this.#options.token) this.refresh().catch(() => {});
    if (type === 'GAP') this.#skip(payload);
    if (type === 'USER_JOINED' && !channelOf(payload)) this.#change({ userId: payload.userId });
    if (this.#deliver(envelope)) this.#events.emit('envelope', envelope);
  }

  #deliver(envelope: Envelope): boolean {
    const { type, epoch, payload } = envelope;
    if (CONTROL.includes(type)) return true;
    if (epoch !== undefined && epoch === this.#inbox?.epoch) return this.#inbox.accept(envelope);
    const named = epoch === undefined ? undefined : this.#withEpoch(epoch);
    return (named ?? this.#channels.get(channelOf(payload) ?? ''))?.accept(envelope) ?? true;
  }

  #skip(gap: Payload): void {
    if (gap.channel === 'inbox') this.#inbox?.skip(gap);
    else this.#channels.get(gap.channel)?.skip(gap);
  }

  /** What back ends publish need not name its channel; no two histories share an epoch. */
  #withEpoch(epoch: string): Channel | undefined {
    let found = this.#byEpoch.get(epoch);
    if (found?.epoch !== epoch || this.#channels.get(found.name) !== found) {
      this.#byEpoch.delete(epoch);
      found = [...this.#channels.values()].find((each) => each.epoch === epoch);
      if (found) this.#byEpoch.set(epoch, found);
    }
    return found;
  }

  #write(text: string): boolean {
    const sent = this.#link.write(text);
    if (sent) this.#events.emit('frame', 'sent', text);
    return sent;
  }

  #change(change: Partial<Status>): void {
    this.#status = { ...this.#status, ...change };
    this.#events.emit('state', this.#status);
  }

  #wake = (): void => {
    if (globalThis.document?.visibilityState !== 'hidden') this.#link.wake();
  };
}
