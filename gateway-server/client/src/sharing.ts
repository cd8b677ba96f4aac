import { SILENT, SocketLike } from './link.js';
import { Envelope, Payload, channelOf, parseEnvelope, uniqueId } from './protocol.js';

/** What a tab says to the hub. */
type Request = { open: string; protocols: string[]; lock: string } | { send: string } | { close: number };

/** What the hub says to a tab. */
type Notice = { opened: true } | { text: string } | { closed: number; reason: string } | { hub: true };

/** A wire between a tab and the hub. */
interface Pipe<Out, In> {
  post(message: Out): void;
  listen(listener: (message: In) => void): void;
  close(): void;
}

type OpenSocket = (url: string, protocols: string[]) => SocketLike;

const openWebSocket: OpenSocket = (url, protocols) => new WebSocket(url, protocols) as unknown as SocketLike;

/** One tab, as the hub sees it. */
class Member {
  readonly channels = new Set<string>();
  /** Epoch → the offset up to which this tab was given everything of that history. */
  readonly given = new Map<string, number>();
  /** Id of a SUBSCRIBE → the place it named. */
  readonly asked = new Map<string, Payload | undefined>();

  constructor(
    readonly key: number,
    readonly tell: (notice: Notice) => void,
  ) {}
}

/**
 * @internal
 *
 * One socket for many tabs. Each tab speaks as if the socket was its own: ids are kept apart, a
 * channel is left when the last tab leaves it, and what one tab asks to have repeated is not given
 * to those who have it.
 */
export class Hub {
  #members = new Map<number, Member>();
  #lastKey = 0;
  #socket: SocketLike | undefined;
  #open = false;
  #welcome: string | undefined;

  constructor(private readonly openSocket: OpenSocket = openWebSocket) {}

  /** Takes a tab in. Returns what hears its requests. */
  join(tell: (notice: Notice) => void): (request: Request) => void {
    const member = new Member(++this.#lastKey, tell);
    return (request) => {
      if ('open' in request) this.#enter(member, request.open, request.protocols, request.lock);
      else if ('send' in request) this.#send(member, request.send);
      else this.#leave(member, request.close);
    };
  }

  #enter(member: Member, url: string, protocols: string[], lock: string): void {
    if (this.#members.has(member.key)) return;
    this.#members.set(member.key, member);
    // The tab holds this lock as long as it lives, so whoever gets it knows that the tab does not.
    if (lock) void navigator.locks?.request(lock, () => this.#leave(member, 1000));
    if (this.#open) {
      member.tell({ opened: true });
      if (this.#welcome) member.tell({ text: this.#welcome });
    } else if (!this.#socket) {
      const socket = this.openSocket(url, protocols);
      this.#socket = socket;
      socket.onopen = () => {
        this.#open = true;
        for (const each of this.#members.values()) each.tell({ opened: true });
      };
      socket.onmessage = ({ data }) => this.#received(data as string);
      socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    }
  }

  #send(member: Member, text: string): void {
    const command = parseEnvelope(text);
    if (!command || !this.#open || !this.#members.has(member.key)) return;
    const channel = channelOf(command.payload);
    if (command.type === 'SUBSCRIBE' && channel) {
      member.channels.add(channel);
      if (command.id) member.asked.set(command.id, command.payload.since);
    }
    if (command.type === 'UNSUBSCRIBE' && channel) {
      member.channels.delete(channel);
      if (this.#isWanted(channel)) {
        const answer = { type: 'ACK', id: command.id, payload: { channel } };
        if (command.id) member.tell({ text: JSON.stringify(answer) });
        return;
      }
    }
    this.#socket!.send(command.id ? JSON.stringify({ ...command, id: `${member.key}.${command.id}` }) : text);
  }

  #received(text: string): void {
    const envelope = parseEnvelope(text);
    if (!envelope) return;
    if (envelope.id !== undefined) {
      this.#answered(envelope);
      return;
    }
    const { type, payload, epoch, offset } = envelope;
    if (type === 'USER_JOINED' && !channelOf(payload)) this.#welcome = text;
    for (const member of this.#members.values()) {
      if (epoch !== undefined && offset !== undefined) {
        if (offset <= (member.given.get(epoch) ?? -1)) continue;
        member.given.set(epoch, offset);
      }
      member.tell({ text });
      // One new token is enough for all.
      if (type === 'TOKEN_EXPIRING') return;
    }
  }

  #answered(envelope: Envelope): void {
    const [key, id] = envelope.id!.split(/\.(.*)/);
    const member = this.#members.get(Number(key));
    if (!member) return;
    const { epoch, offset, recovered } = envelope.payload;
    if (envelope.type === 'ACK' && member.asked.has(id!) && epoch !== undefined) {
      member.given.set(epoch, (recovered ? member.asked.get(id!)?.offset : offset) ?? -1);
    }
    member.asked.delete(id!);
    member.tell({ text: JSON.stringify({ ...envelope, id }) });
  }

  #leave(member: Member, code: number): void {
    if (!this.#members.delete(member.key)) return;
    if (code === SILENT) {
      this.#socket?.close(SILENT);
      this.#closed(1006, 'the gateway is silent');
    } else if (this.#members.size === 0) {
      this.#socket?.close(1000);
      this.#forget();
    } else if (this.#open) {
      for (const channel of member.channels) {
        if (!this.#isWanted(channel)) {
          this.#socket!.send(JSON.stringify({ type: 'UNSUBSCRIBE', payload: { channel } }));
        }
      }
    }
  }

  #isWanted(channel: string): boolean {
    return [...this.#members.values()].some((each) => each.channels.has(channel));
  }

  #closed(code: number, reason: string): void {
    const members = [...this.#members.values()];
    this.#forget();
    for (const member of members) member.tell({ closed: code, reason });
  }

  #forget(): void {
    if (this.#socket) this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = undefined;
    this.#open = false;
    this.#welcome = undefined;
    this.#members.clear();
  }
}

/** The end of a shared socket that a tab holds. */
class SharedSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  #pipe: Pipe<Request, Notice>;
  #opened = false;
  #release: () => void = () => {};

  constructor(pipe: Pipe<Request, Notice>, url: string, protocols: string[]) {
    this.#pipe = pipe;
    const lock = navigator.locks ? `velonx-tab-${uniqueId()}` : '';
    const ask = () => pipe.post({ open: url, protocols, lock });
    pipe.listen((notice) => this.#hear(notice, ask));
    if (!lock) ask();
    else {
      void navigator.locks.request(lock, () => {
        ask();
        return new Promise<void>((release) => (this.#release = release));
      });
    }
  }

  send(text: string): void {
    this.#pipe.post({ send: text });
  }

  close(code = 1000): void {
    this.#pipe.post({ close: code });
    this.#end();
  }

  #hear(notice: Notice, ask: () => void): void {
    if ('text' in notice) {
      this.onmessage?.({ data: notice.text });
    } else if ('opened' in notice) {
      this.#opened = true;
      this.onopen?.(undefined as never);
    } else if ('closed' in notice) {
      this.#end();
      this.onclose?.({ code: notice.closed, reason: notice.reason });
    } else if (this.#opened) {
      this.#end();
      this.onclose?.({ code: 1012, reason: 'the tab that held the socket is gone' });
    } else {
      ask();
    }
  }

  #end(): void {
    this.#release();
    this.#release = () => {};
    this.#pipe.close();
  }
}

/** Where the hub of a SharedWorker listens; the module itself is its script. */
function serveWorker(): void {
  const hub = new Hub();
  (globalThis as unknown as { onconnect: unknown }).onconnect = ({ ports: [port] }: MessageEvent) => {
    const hear = hub.join((notice) => port!.postMessage(notice));
    port!.onmessage = ({ data }) => hear(data);
  };
}

if ('onconnect' in globalThis && !('document' in globalThis)) serveWorker();

function workerPipe(script: string, name: string, failed: () => void): Pipe<Request, Notice> {
  const worker = new SharedWorker(script, { type: 'module', name });
  return {
    post: (message) => worker.port.postMessage(message),
    listen: (listener) => {
      worker.onerror = () => {
        failed();
        listener({ closed: 1012, reason: 'no shared worker here' });
      };
      worker.port.onmessage = ({ data }) => listener(data);
    },
    close: () => {
      worker.onerror = null;
      worker.port.onmessage = null;
    },
  };
}

/** Names under which this page stands for election, or is elected. */
const candidates = new Set<string>();

/** The tab that gets the lock holds the socket, until it is closed; then another one gets it. */
function standForElection(name: string): void {
  if (candidates.has(name)) return;
  candidates.add(name);
  void navigator.locks.request(name, () => {
    const hub = new Hub();
    const channel = new BroadcastChannel(name);
    const tabs = new Map<string, (request: Request) => void>();
    channel.onmessage = ({ data: { from, request } }) => {
      if (!from) return;
      const hear = tabs.get(from) ?? hub.join((notice) => channel.postMessage({ to: from, notice }));
      if ('close' in request) tabs.delete(from);
      else tabs.set(from, hear);
      hear(request);
    };
    channel.postMessage({ to: '*', notice: { hub: true } });
    return new Promise(() => {});
  });
}

function broadcastPipe(name: string): Pipe<Request, Notice> {
  const channel = new BroadcastChannel(name);
  const from = uniqueId();
  standForElection(name);
  return {
    post: (request) => channel.postMessage({ from, request }),
    listen: (listener) => {
      channel.onmessage = ({ data: { to, notice } }) => {
        if (to === from || to === '*') listener(notice);
      };
    },
    close: () => setTimeout(() => channel.close(), 0),
  };
}

/**
 * @internal
 *
 * Opens sockets that tabs of one origin share under a name: by a SharedWorker, else by the tab that
 * holds a Web Lock, else not at all.
 *
 * @param script the address of this module as a file of its own; undefined within a bundle
 */
export function sharedSockets(name: string, script: string | undefined): OpenSocket {
  let worker = typeof SharedWorker === 'function' ? script : undefined;
  const refused = () => (worker = undefined);
  return (url, protocols) => {
    const topic = `velonx-${name}`;
    try {
      if (worker) return new SharedSocket(workerPipe(worker, topic, refused), url, protocols);
    } catch {
      refused();
    }
    return typeof BroadcastChannel === 'function' && globalThis.navigator?.locks
      ? new SharedSocket(broadcastPipe(topic), url, protocols)
      : openWebSocket(url, protocols);
  };
}
