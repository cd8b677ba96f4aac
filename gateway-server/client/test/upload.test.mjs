import assert from 'node:assert/strict';
import { test } from 'node:test';

import { upload } from '../dist/upload.js';

const CHUNK = 10;

/** As much of a gateway as an upload meets. */
class FakeGateway {
  stored = Buffer.alloc(0);
  asked = [];
  sockets = 0;
  most = 0;

  constructor({ dropAfter = [], refuse, stuck = false } = {}) {
    Object.assign(this, { dropAfter, refuse, stuck });
  }

  open = () => {
    const gateway = this;
    const number = ++this.sockets;
    let chunks = 0;
    const socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send(data) {
        if (typeof data === 'string') queueMicrotask(() => gateway.#command(socket, JSON.parse(data)));
        else if (++chunks > (gateway.dropAfter[number - 1] ?? Infinity)) {
          queueMicrotask(() => socket.onclose?.({ code: 1006, reason: '' }));
        } else gateway.#chunk(socket, Buffer.from(data));
      },
      close() {
        gateway.closed = (gateway.closed ?? 0) + 1;
      },
    };
    setTimeout(() => socket.onopen?.({}), 0);
    return socket;
  };

  #command(socket, { type, id, payload }) {
    this.asked.push([type, payload]);
    const answer = (kind, content) =>
      socket.onmessage?.({ data: JSON.stringify({ type: kind, id, payload: content }) });
    if (this.refuse?.type === type) return answer('ERROR', this.refuse);
    if (type === 'UPLOAD_BEGIN') {
      this.size ??= payload.size;
      answer('ACK', {
        uploadId: 'u1', upload: 7, chunkBytes: CHUNK, windowBytes: 2 * CHUNK, offset: this.stored.length, size: this.size,
      });
    } else if (type === 'UPLOAD_END') this.#finish(answer);
    else answer('ACK', {});
  }

  /** What is under way is stored first. */
  #finish(answer) {
    if (this.stored.length < this.size) setTimeout(() => this.#finish(answer), 1);
    else answer('ACK', { fileId: 'u1', url: '/files/u1/x' });
  }

  #chunk(socket, frame) {
    assert.equal(frame.readUInt32BE(0), 7);
    assert.equal(Number(frame.readBigUInt64BE(4)), this.stored.length + (this.ahead ?? 0));
    const content = frame.subarray(12);
    this.ahead = (this.ahead ?? 0) + content.length;
    this.most = Math.max(this.most, this.ahead);
    if (this.stuck) return;
    setTimeout(() => {
      this.ahead -= content.length;
      this.stored = Buffer.concat([this.stored, content]);
      socket.onmessage?.({
        data: JSON.stringify({ type: 'UPLOAD_PROGRESS', payload: { uploadId: 'u1', offset: this.stored.length } }),
      });
    }, 1);
  }
}

const content = Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const file = Object.assign(new Blob([content], { type: 'text/plain' }), { name: 'x.txt' });
const options = (gateway, more = {}) => ({
  url: 'ws://gateway/ws', channel: 'room:a', socket: gateway.open, ...more,
});

test('a file is announced, sent in chunks within the window, and ended', async () => {
  const gateway = new FakeGateway();
  const shares = [];
  const done = await upload(file, options(gateway, { onProgress: (share) => shares.push(share) }));
  assert.deepEqual(done, { fileId: 'u1', url: '/files/u1/x' });
  assert.deepEqual(gateway.stored, content);
  assert.ok(gateway.most <= 2 * CHUNK, `${gateway.most} octets ahead`);
  assert.deepEqual(gateway.asked.map(([type]) => type), ['SUBSCRIBE', 'UPLOAD_BEGIN', 'UPLOAD_END']);
  const [, announced] = gateway.asked[1];
  assert.equal(announced.name, 'x.txt');
  assert.equal(announced.size, content.length);
  assert.match(announced.sha256, /^[0-9a-f]{64}$/);
  assert.equal(shares.at(-1), 1);
  assert.equal(gateway.closed, 1);
});

test('an upload goes on where it was when its connection is lost', async () => {
  const gateway = new FakeGateway({ dropAfter: [2, 2] });
  await upload(file, options(gateway));
  assert.deepEqual(gateway.stored, content);
  assert.equal(gateway.sockets, 3);
  const begun = gateway.asked.filter(([type]) => type === 'UPLOAD_BEGIN').map(([, payload]) => payload);
  assert.deepEqual(begun.slice(1), [{ uploadId: 'u1' }, { uploadId: 'u1' }]);
});

test('what the gateway refuses is told and not tried again', async () => {
  const refuse = { type: 'UPLOAD_BEGIN', code: 'FORBIDDEN', error: 'no', retryable: false };
  const gateway = new FakeGateway({ refuse });
  await assert.rejects(upload(file, options(gateway)), { code: 'FORBIDDEN', message: 'no' });
  assert.equal(gateway.sockets, 1);
});

test('an upload that is not wanted any more is aborted on the gateway', async () => {
  const gateway = new FakeGateway({ stuck: true });
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 30);
  await assert.rejects(upload(file, options(gateway, { signal: ending.signal })), { code: 'ABORTED' });
  assert.deepEqual(gateway.asked.at(-1), ['UPLOAD_ABORT', { uploadId: 'u1' }]);
});

test('a user is written to without listening to anything', async () => {
  const gateway = new FakeGateway();
  await upload(file, options(gateway, { channel: undefined, targetUserId: 'bert' }));
  assert.deepEqual(gateway.asked.map(([type]) => type), ['UPLOAD_BEGIN', 'UPLOAD_END']);
  assert.equal(gateway.asked[0][1].targetUserId, 'bert');
});
