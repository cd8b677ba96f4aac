import { GatewayError } from './client.js';
import type { Payload, SocketLike } from './client.js';

const PATH = '/api/community/ws';
const HEADER_BYTES = 12;

/** Tries without any progress in between; the pause before each grows. */
const MOST_TRIES = 8;
const PAUSE_MILLIS = 500;

/** Nothing at all came for so long: the socket is as good as dead. */
const SILENCE_MILLIS = 20_000;

export interface UploadOptions {
  /** A room as `room:…` or a group as `group:…`; the sender must be allowed to publish there. */
  channel?: string;
  /** Or one user. */
  targetUserId?: string;
  /** The address of the gateway; that of the page when not given. */
  url?: string;
  /** Called for each connection; not needed where a session cookie logs in. */
  token?: () => Promise<string | null> | string | null;
  /** From 0 to 1, as it is stored. */
  onProgress?: (share: number) => void;
  /** Ends the upload; nothing is left of it on the server. */
  signal?: AbortSignal;
  /** Opens a socket, for tests. */
  socket?: (url: string) => SocketLike;
}

export interface Uploaded {
  fileId: string;
  /** On the host of the gateway. Whoever fetches it says who he is, as with the WebSocket. */
  url: string;
}

/**
 * Sends a file, over a connection of its own: what people write does not wait behind it. A
 * connection that is lost is replaced, and the upload goes on where it was.
 *
 * Rejects with a {@link GatewayError}: the code of the gateway, `ABORTED`, or `LOST` when it could
 * not be reached for long.
 */
export async function upload(file: Blob & { name?: string }, options: UploadOptions): Promise<Uploaded> {
  const sha256 = hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  const announcement: Payload = {
    name: file.name || 'file',
    contentType: file.type || 'application/octet-stream',
    size: file.size,
    sha256,
    ...(options.targetUserId ? { targetUserId: options.targetUserId } : { channel: options.channel }),
  };
  const attempt = new Attempts(file, announcement, options);
  let pause = PAUSE_MILLIS;
  for (let tries = 1; ; tries++) {
    const before = attempt.stored;
    try {
      return await attempt.run();
    } catch (failure) {
      const refused = failure as GatewayError;
      if (attempt.stored > before) [tries, pause] = [1, PAUSE_MILLIS];
      if (!refused.retryable || tries >= MOST_TRIES || options.signal?.aborted) throw refused;
      await new Promise((done) => setTimeout(done, refused.retryAfterMillis ?? pause * (0.5 + Math.random())));
      pause *= 1.5;
    }
  }
}

/** One upload over as many connections as it takes. */
class Attempts {
  stored = 0;
  #uploadId: string | undefined;

  constructor(
    private readonly file: Blob,
    private readonly announcement: Payload,
    private readonly options: UploadOptions,
  ) {}

  async run(): Promise<Uploaded> {
    const wire = await Wire.open(this.options);
    const { signal } = this.options;
    const stop = () => {
      // What is behind it on this wire is read after it.
      if (this.#uploadId) wire.ask('UPLOAD_ABORT', { uploadId: this.#uploadId }).catch(() => {});
      wire.fail(new GatewayError('ABORTED', 'the upload was ended'));
    };
    signal?.addEventListener('abort', stop);
    try {
      if (signal?.aborted) throw new GatewayError('ABORTED', 'the upload was ended');
      return await this.#send(wire);
    } finally {
      signal?.removeEventListener('abort', stop);
      wire.close();
    }
  }

  async #send(wire: Wire): Promise<Uploaded> {
    const begun = await this.#begin(wire);
    if (begun.fileId) return begun as Uploaded;
    const { uploadId, upload, chunkBytes, windowBytes } = begun;
    this.#uploadId = uploadId;
    this.#progress(begun.offset);
    wire.on('UPLOAD_PROGRESS', ({ offset }) => this.#progress(offset));
    wire.on('UPLOAD_FAILED', ({ code, error, retryable, resumable }) => {
      if (!resumable) this.#uploadId = undefined;
      wire.fail(new GatewayError(code, error, retryable));
    });
    const size = this.file.size;
    for (let offset: number = begun.offset; offset < size; ) {
      while (offset + chunkBytes - this.stored > windowBytes) await wire.next();
      const end = Math.min(size, offset + chunkBytes);
      const content = new Uint8Array(await this.file.slice(offset, end).arrayBuffer());
      const frame = new Uint8Array(HEADER_BYTES + content.length);
      const header = new DataView(frame.buffer);
      header.setUint32(0, upload);
      header.setBigUint64(4, BigInt(offset));
      frame.set(content, HEADER_BYTES);
      wire.send(frame);
      offset = end;
    }
    return (await wire.ask('UPLOAD_END', { uploadId })) as Uploaded;
  }

  async #begin(wire: Wire): Promise<Payload> {
    const { channel } = this.announcement;
    if (this.#uploadId) {
      try {
        return await wire.ask('UPLOAD_BEGIN', { uploadId: this.#uploadId });
      } catch (failure) {
        if ((failure as GatewayError).code !== 'INVALID_PAYLOAD') throw failure;
        // It took too long to come back: the beginning is forgotten.
        this.#uploadId = undefined;
      }
    }
    this.stored = 0;
    if (channel) await wire.ask('SUBSCRIBE', { channel });
    return wire.ask('UPLOAD_BEGIN', this.announcement);
  }

  #progress(offset: number): void {
    this.stored = offset;
    this.options.onProgress?.(offset / this.file.size);
  }
}

interface Waiting {
  resolve(payload: Payload): void;
  reject(failure: GatewayError): void;
}

/** A socket until it is lost; what waits for it then fails. */
class Wire {
  #socket: SocketLike;
  #answers = new Map<string, Waiting>();
  #listeners = new Map<string, (payload: Payload) => void>();
  #wake: Waiting | undefined;
  #failure: GatewayError | undefined;
  #lastId = 0;
  #silence: ReturnType<typeof setTimeout> | undefined;

  static async open(options: UploadOptions): Promise<Wire> {
    const url = new URL(options.url ?? PATH, globalThis.location?.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const token = await options.token?.();
    if (token) url.searchParams.set('token', token);
    const socket = options.socket?.(url.href) ?? (new WebSocket(url) as unknown as SocketLike);
    const wire = new Wire(socket);
    return new Promise((resolve, reject) => {
      wire.#wake = { resolve: () => resolve(wire), reject };
      socket.onopen = () => wire.#woken();
    });
  }

  private constructor(socket: SocketLike) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#received(JSON.parse(data as string));
    socket.onclose = ({ code, reason }) =>
      this.fail(new GatewayError('LOST', reason || `closed with ${code}`, code < 4000 || code >= 4100));
    this.#heard();
  }

  ask(type: string, payload: Payload): Promise<Payload> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = `u${++this.#lastId}`;
    this.#socket.send(JSON.stringify({ type, id, payload }));
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
  }

  send(frame: Uint8Array): void {
    if (this.#failure) throw this.#failure;
    (this.#socket.send as unknown as (octets: Uint8Array) => void).call(this.#socket, frame);
  }

  on(type: string, listener: (payload: Payload) => void): void {
    this.#listeners.set(type, listener);
  }

  /** Waits for whatever comes next. */
  next(): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => (this.#wake = { resolve, reject }));
  }

  fail(failure: GatewayError): void {
    if (this.#failure) return;
    this.#failure = failure;
    for (const waiting of [...this.#answers.values(), this.#wake]) waiting?.reject(failure);
    this.#answers.clear();
    this.close();
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#failure ??= new GatewayError('LOST', 'closed', true);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  #received({ type, id, payload }: { type: string; id?: string; payload: Payload }): void {
    this.#heard();
    const waiting = id === undefined ? undefined : this.#answers.get(id);
    if (waiting) {
      this.#answers.delete(id!);
      const { code, error, retryable, retryAfterMillis } = payload;
      if (type === 'ACK') waiting.resolve(payload);
      else waiting.reject(new GatewayError(code, error, retryable, retryAfterMillis));
    }
    this.#listeners.get(type)?.(payload);
    this.#woken();
  }

  #woken(): void {
    this.#wake?.resolve({});
    this.#wake = undefined;
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.fail(new GatewayError('LOST', 'the gateway is silent', true)),
      SILENCE_MILLIS,
    );
  }
}

function hex(octets: ArrayBuffer): string {
  return Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, '0')).join('');
}
