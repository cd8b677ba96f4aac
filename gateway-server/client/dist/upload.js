import { GatewayError } from './client.js';
const PATH = '/api/community/ws';
const HEADER_BYTES = 12;
const MOST_TRIES = 8;
const PAUSE_MILLIS = 500;
const SILENCE_MILLIS = 20_000;
export async function upload(file, options) {
const sha256 = hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
const announcement = {
name: file.name || 'file',
contentType: file.type || 'application/octet-stream',
size: file.size,
sha256,
...(options.targetUserId ? { targetUserId: options.targetUserId } : { channel: options.channel }),
};
const attempt = new Attempts(file, announcement, options);
let pause = PAUSE_MILLIS;
for (let tries = 1;; tries++) {
const before = attempt.stored;
try {
return await attempt.run();
}
catch (failure) {
const refused = failure;
if (attempt.stored > before)
[tries, pause] = [1, PAUSE_MILLIS];
if (!refused.retryable || tries >= MOST_TRIES || options.signal?.aborted)
throw refused;
await new Promise((done) => setTimeout(done, refused.retryAfterMillis ?? pause * (0.5 + Math.random())));
pause *= 1.5;
}
}
}
class Attempts {
file;
announcement;
options;
stored = 0;
#uploadId;
constructor(file, announcement, options) {
this.file = file;
this.announcement = announcement;
this.options = options;
}
async run() {
const wire = await Wire.open(this.options);
const { signal } = this.options;
const stop = () => {
if (this.#uploadId)
wire.ask('UPLOAD_ABORT', { uploadId: this.#uploadId }).catch(() => { });
wire.fail(new GatewayError('ABORTED', 'the upload was ended'));
};
signal?.addEventListener('abort', stop);
try {
if (signal?.aborted)
throw new GatewayError('ABORTED', 'the upload was ended');
return await this.#send(wire);
}
finally {
signal?.removeEventListener('abort', stop);
wire.close();
}
}
async #send(wire) {
const begun = await this.#begin(wire);
if (begun.fileId)
return begun;
const { uploadId, upload, chunkBytes, windowBytes } = begun;
this.#uploadId = uploadId;
this.#progress(begun.offset);
wire.on('UPLOAD_PROGRESS', ({ offset }) => this.#progress(offset));
wire.on('UPLOAD_FAILED', ({ code, error, retryable, resumable }) => {
if (!resumable)
this.#uploadId = undefined;
wire.fail(new GatewayError(code, error, retryable));
});
const size = this.file.size;
for (let offset = begun.offset; offset < size;) {
while (offset + chunkBytes - this.stored > windowBytes)
await wire.next();
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
return (await wire.ask('UPLOAD_END', { uploadId }));
}
async #begin(wire) {
const { channel } = this.announcement;
if (this.#uploadId) {
try {
return await wire.ask('UPLOAD_BEGIN', { uploadId: this.#uploadId });
}
catch (failure) {
if (failure.code !== 'INVALID_PAYLOAD')
throw failure;
this.#uploadId = undefined;
}
}
this.stored = 0;
if (channel)
await wire.ask('SUBSCRIBE', { channel });
return wire.ask('UPLOAD_BEGIN', this.announcement);
}
#progress(offset) {
this.stored = offset;
this.options.onProgress?.(offset / this.file.size);
}
}
class Wire {
#socket;
#answers = new Map();
#listeners = new Map();
#wake;
#failure;
#lastId = 0;
#silence;
static async open(options) {
const url = new URL(options.url ?? PATH, globalThis.location?.href);
url.protocol = url.protocol.replace('http', 'ws');
const token = await options.token?.();
if (token)
url.searchParams.set('token', token);
const socket = options.socket?.(url.href) ?? new WebSocket(url);
const wire = new Wire(socket);
return new Promise((resolve, reject) => {
wire.#wake = { resolve: () => resolve(wire), reject };
socket.onopen = () => wire.#woken();
});
}
constructor(socket) {
this.#socket = socket;
socket.onmessage = ({ data }) => this.#received(JSON.parse(data));
socket.onclose = ({ code, reason }) => this.fail(new GatewayError('LOST', reason || `closed with ${code}`, code < 4000 || code >= 4100));
this.#heard();
}
ask(type, payload) {
if (this.#failure)
return Promise.reject(this.#failure);
const id = `u${++this.#lastId}`;
this.#socket.send(JSON.stringify({ type, id, payload }));
return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
}
send(frame) {
if (this.#failure)
throw this.#failure;
this.#socket.send.call(this.#socket, frame);
}
on(type, listener) {
this.#listeners.set(type, listener);
}
next() {
if (this.#failure)
return Promise.reject(this.#failure);
return new Promise((resolve, reject) => (this.#wake = { resolve, reject }));
}
fail(failure) {
if (this.#failure)
return;
this.#failure = failure;
for (const waiting of [...this.#answers.values(), this.#wake])
waiting?.reject(failure);
this.#answers.clear();
this.close();
}
close() {
clearTimeout(this.#silence);
this.#failure ??= new GatewayError('LOST', 'closed', true);
this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
this.#socket.close(1000);
}
#received({ type, id, payload }) {
this.#heard();
const waiting = id === undefined ? undefined : this.#answers.get(id);
if (waiting) {
this.#answers.delete(id);
const { code, error, retryable, retryAfterMillis } = payload;
if (type === 'ACK')
waiting.resolve(payload);
else
waiting.reject(new GatewayError(code, error, retryable, retryAfterMillis));
}
this.#listeners.get(type)?.(payload);
this.#woken();
}
#woken() {
this.#wake?.resolve({});
this.#wake = undefined;
}
#heard() {
clearTimeout(this.#silence);
this.#silence = setTimeout(() => this.fail(new GatewayError('LOST', 'the gateway is silent', true)), SILENCE_MILLIS);
}
}
function hex(octets) {
return Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, '0')).join('');
}
