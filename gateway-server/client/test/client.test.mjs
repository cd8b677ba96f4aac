/** The client against a gateway of the test's own making. Run by `npm test`. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { GatewayClient, Hub, adviceFor, fullJitter } from '../dist/client.js';

/** A socket whose other end is the test. */
class FakeSocket {
  static all = [];
  sent = [];
  closedWith;

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.closedWith = code ?? 1000;
  }
  async open() {
    this.onopen();
    this.tell({ type: 'USER_JOINED', payload: { userId: 'ada', message: 'Connected to WebSocket server' } });
    await settled();
  }
  tell(envelope) {
    this.onmessage({ data: JSON.stringify(envelope) });
  }
  /** Answers the last command of that type. */
  async ack(type, payload) {
    this.tell({ type: 'ACK', id: this.last(type).id, payload });
    await settled();
  }
  async error(type, payload) {
    this.tell({ type: 'ERROR', id: this.last(type).id, payload });
    await settled();
  }
  async publish(offset, epoch = 'e', payload = { roomId: 'tea', id: `m${offset}` }) {
    this.tell({ type: 'CHAT_MESSAGE', payload, offset, epoch });
    await settled();
  }
  async end(code, reason = '') {
    this.onclose({ code, reason });
    await settled();
  }
  of(type) {
    return this.sent.filter((each) => each.type === type);
  }
  last(type) {
    return this.of(type).at(-1);
  }
}

/** Lets every promise that can settle do so. */
async function settled() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function tick(millis) {
  mock.timers.tick(millis);
  await settled();
}

function socket() {
  return FakeSocket.all.at(-1);
}

async function started(options = {}) {
  const client = new GatewayClient({
    url: 'http://gateway.test/ws',
    socket: (url, protocols) => new FakeSocket(url, protocols),
    ...options,
  });
  client.start();
  await settled();
  return client;
}

async function connected(options) {
  const client = await started(options);
  await socket().open();
  return client;
}

/** A client that listens to room:tea, and what it heard. */
async function listening(options) {
  const client = await connected(options);
  const heard = [];
  const gaps = [];
  client.subscribe('room:tea', { onMessage: (each) => heard.push(each.payload.id), onGap: (gap) => gaps.push(gap) });
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 10 });
  return { client, heard, gaps };
}

beforeEach(() => {
  FakeSocket.all = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
});

test('close codes say whether to come back', () => {
  for (const code of [1000, 1003, 1007, 1008, 1009, 4000, 4003, 4029, 4099]) assert.equal(adviceFor(code), 'stay-away');
  for (const code of [1001, 1012, 4200, 4299]) assert.equal(adviceFor(code), 'at-once');
  for (const code of [1002, 1005, 1006, 1011, 4100, 4101, 4199, 4300]) assert.equal(adviceFor(code), 'backoff');
});

test('waiting is a matter of chance below a bound that grows to half a minute', () => {
  assert.equal(fullJitter(0, 1), 500);
  assert.equal(fullJitter(3, 1), 4_000);
  assert.equal(fullJitter(3, 0), 0);
  assert.equal(fullJitter(40, 1), 30_000);
});

test('the token goes into the query, or into the subprotocols', async () => {
  await started({ token: async () => 't&1' });
  assert.equal(socket().url, 'ws://gateway.test/ws?token=t%261');
  await started({ token: () => 't2', tokenIn: 'subprotocol' });
  assert.deepEqual([socket().url, socket().protocols], ['ws://gateway.test/ws', ['velonx.v1', 'bearer', 't2']]);
});

test('without a token callback the cookies must do', async () => {
  await started();
  assert.deepEqual([socket().url, socket().protocols], ['ws://gateway.test/ws', []]);
});

test('no token is the end, a failing callback is tried again', async () => {
  const refused = await started({ token: () => null });
  assert.equal(refused.status.state, 'closed');
  let calls = 0;
  const failing = await started({
    token: () => {
      if (++calls < 3) throw new Error('the back end is away');
      return 't';
    },
  });
  assert.equal(failing.status.state, 'waiting');
  await tick(500);
  await tick(1_000);
  assert.equal(calls, 3);
  assert.equal(failing.status.state, 'connecting');
});

test('it never gives up on a gateway that is away', async () => {
  const client = await started();
  for (let i = 0; i < 50; i++) {
    await socket().end(1006);
    assert.equal(client.status.state, 'waiting');
    await tick(30_000);
  }
  assert.equal(FakeSocket.all.length, 51);
});

test('it stays away when it is told to, until it is told otherwise', async () => {
  const client = await connected();
  await socket().end(4003, 'banned');
  await tick(60_000);
  assert.deepEqual([client.status.state, client.status.detail, FakeSocket.all.length], ['closed', 'banned', 1]);
  client.restart();
  await settled();
  assert.equal(FakeSocket.all.length, 2);
});

test('a token that ran out is replaced, one that never was good is not', async () => {
  let tokens = 0;
  const client = await connected({ token: () => `t${++tokens}` });
  await socket().end(4001, 'expired');
  assert.equal(client.status.state, 'waiting');
  await tick(500);
  assert.match(socket().url, /token=t2/);
  await socket().end(4001, 'rejected');
  assert.equal(client.status.state, 'closed');
});

test('who is drained comes back after the delay he was given', async () => {
  await connected();
  socket().tell({ type: 'RECONNECT', payload: { reason: 'drain', delayMillis: 700 } });
  await socket().end(4200);
  await tick(699);
  assert.equal(FakeSocket.all.length, 1);
  await tick(1);
  assert.equal(FakeSocket.all.length, 2);
});

test('silence after a PING ends the connection', async () => {
  const client = await connected({ heartbeatMillis: 1_000 });
  await tick(1_000);
  assert.equal(socket().of('PING').length, 1);
  socket().tell({ type: 'PONG', payload: {} });
  await tick(1_000);
  await tick(9_999);
  assert.equal(client.status.state, 'open');
  await tick(1);
  assert.equal(client.status.state, 'waiting');
  assert.equal(FakeSocket.all[0].closedWith, 4900);
});

test('waking does not wait for the next try, and doubts what looks open', async () => {
  const client = await connected();
  client.wake();
  assert.equal(socket().of('PING').length, 1);
  await tick(4_000);
  assert.equal(client.status.state, 'waiting');
  client.wake();
  await settled();
  assert.equal(FakeSocket.all.length, 2);
});

test('a command settles once, by its answer', async () => {
  const client = await connected();
  const answer = client.command('CHAT_MESSAGE', { roomId: 'tea', content: 'hi' });
  const { id, payload } = socket().last('CHAT_MESSAGE');
  assert.match(payload.clientMessageId, /^[0-9a-f]{24}$/);
  await socket().ack('CHAT_MESSAGE', { messageId: 'm1' });
  socket().tell({ type: 'ERROR', id, payload: { code: 'INTERNAL', error: 'late' } });
  assert.deepEqual(await answer, { messageId: 'm1' });

  const refused = client.command('MESSAGE_EDIT', {});
  await socket().error('MESSAGE_EDIT', { code: 'RATE_LIMITED', error: 'slow', retryable: true, retryAfterMillis: 250 });
  await assert.rejects(refused, { code: 'RATE_LIMITED', retryable: true, retryAfterMillis: 250 });
});

test('a message that was not answered is sent again under its key, an edit is not', async () => {
  const client = await connected();
  const said = client.command('CHAT_MESSAGE', { roomId: 'tea', content: 'hi' });
  const edited = client.command('MESSAGE_EDIT', { roomId: 'tea', messageId: 'm', content: 'ho' });
  const before = socket().last('CHAT_MESSAGE');
  await socket().end(1006);
  await assert.rejects(edited, { code: 'LOST' });
  await tick(500);
  await socket().open();
  assert.deepEqual(socket().of('CHAT_MESSAGE'), [before]);
  assert.deepEqual(socket().of('MESSAGE_EDIT'), []);
  await socket().ack('CHAT_MESSAGE', { messageId: 'm1' });
  assert.deepEqual(await said, { messageId: 'm1' });
});

test('a message that the gateway cannot take right now is sent again, an edit is not', async () => {
  const client = await connected({ timeoutMillis: 5_000 });
  const away = { code: 'UNAVAILABLE', error: 'try again', retryable: true };
  const said = client.command('CHAT_MESSAGE', { content: 'hi' });
  await socket().error('CHAT_MESSAGE', away);
  await tick(1_500);
  assert.deepEqual(socket().of('CHAT_MESSAGE').length, 2);
  await socket().ack('CHAT_MESSAGE', { messageId: 'm1' });
  assert.deepEqual(await said, { messageId: 'm1' });

  const edited = client.command('MESSAGE_EDIT', {});
  await socket().error('MESSAGE_EDIT', away);
  await assert.rejects(edited, { code: 'UNAVAILABLE' });

  const late = client.command('CHAT_MESSAGE', { content: 'ho' });
  await socket().error('CHAT_MESSAGE', away);
  await tick(5_000);
  await assert.rejects(late, { code: 'TIMEOUT' });
  await tick(5_000);
});

test('what is said without a connection waits in order, within bounds, and not for ever', async () => {
  const client = await started({ queue: { commands: 2 }, timeoutMillis: 5_000 });
  const first = client.command('MESSAGE_EDIT', { content: 'one' });
  const second = client.command('CHAT_MESSAGE', { content: 'two' });
  await assert.rejects(client.command('CHAT_MESSAGE', { content: 'three' }), { code: 'QUEUE_FULL' });
  await socket().open();
  assert.deepEqual(socket().sent.map((each) => each.payload.content), ['one', 'two']);
  await socket().ack('MESSAGE_EDIT', {});
  await first;
  await tick(5_000);
  await assert.rejects(second, { code: 'TIMEOUT' });
});

test('the queue has a bound in characters, too', async () => {
  const client = await started({ queue: { chars: 200 } });
  client.command('CHAT_MESSAGE', { content: 'x'.repeat(80) }).catch(() => {});
  await assert.rejects(client.command('CHAT_MESSAGE', { content: 'x'.repeat(80) }), { code: 'QUEUE_FULL' });
});

test('stopping fails what waits, and starting again takes the channels up', async () => {
  const { client } = await listening();
  const answer = client.command('HISTORY', {});
  client.stop();
  await assert.rejects(answer, { code: 'STOPPED' });
  assert.equal(FakeSocket.all[0].closedWith, 1000);
  client.start();
  await settled();
  await socket().open();
  assert.deepEqual(socket().last('SUBSCRIBE').payload, { channel: 'room:tea', since: { epoch: 'e', offset: 10 } });
});

test('a channel goes on where it was, and drops what it has', async () => {
  const { client, heard, gaps } = await listening();
  await socket().publish(11);
  await socket().publish(12);
  await socket().end(1006);
  await tick(500);
  await socket().open();
  assert.deepEqual(socket().last('SUBSCRIBE').payload.since, { epoch: 'e', offset: 12 });
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 14, recovered: true, missed: 2 });
  await socket().publish(13);
  await socket().publish(14);
  await socket().publish(14);
  await socket().publish(15);
  assert.deepEqual(heard, ['m11', 'm12', 'm13', 'm14', 'm15']);
  assert.deepEqual(gaps, []);
  assert.deepEqual(client.counters, { resumed: 1, recovered: 2, missed: 0, gaps: 0, duplicated: 1 });
});

test('numbered publications in front of the answer are not ours yet', async () => {
  const { heard } = await listening();
  await socket().end(1006);
  await tick(500);
  await socket().open();
  await socket().publish(20);
  await socket().ack('SUBSCRIBE', { epoch: 'e', offset: 11, recovered: true, missed: 1 });
  await socket().publish(11);
  assert.deepEqual(heard, ['m11']);
});

test('what cannot be caught up on is told and counted', async () => {
  const { client, heard, gaps } = await listening();
  await socket().end(1006);
  await tick(500);
  await socket().open();
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 500, recovered: false, reason: 'window' });
  await socket().publish(501);
  assert.deepEqual(heard, ['m501']);
  assert.deepEqual(gaps, [{ channel: 'room:tea', recovered: false, missed: 490, reason: 'window' }]);
  assert.deepEqual([client.counters.missed, client.counters.gaps], [490, 1]);
});

test('a history that is away is asked again before anything counts as lost', async () => {
  const { client, heard, gaps } = await listening();
  await socket().end(1006);
  await tick(500);
  await socket().open();
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', recovered: false, reason: 'unavailable' });
  await tick(1_000);
  assert.deepEqual(socket().last('SUBSCRIBE').payload.since, { epoch: 'e', offset: 10 });
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 11, recovered: true, missed: 1 });
  await socket().publish(11);
  assert.deepEqual([heard, gaps, client.counters.resumed], [['m11'], [], 1]);
});

test('a history that stays away is a gap nobody can count', async () => {
  const { client, gaps } = await listening();
  await socket().end(1006);
  await tick(500);
  await socket().open();
  for (let i = 0; i < 20; i++) {
    await socket().ack('SUBSCRIBE', { channel: 'room:tea', recovered: false, reason: 'unavailable' });
    await tick(1_000);
  }
  assert.deepEqual(gaps, [{ channel: 'room:tea', recovered: false, missed: undefined, reason: 'unavailable' }]);
  assert.deepEqual([client.counters.gaps, socket().of('SUBSCRIBE').length], [1, 20]);
});

test('a history that began anew is a gap nobody can count', async () => {
  const { client, gaps, heard } = await listening();
  await socket().end(1006);
  await tick(500);
  await socket().open();
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'f', offset: 3, recovered: false, reason: 'epoch' });
  await socket().publish(4, 'f');
  assert.deepEqual(gaps, [{ channel: 'room:tea', recovered: false, missed: undefined, reason: 'epoch' }]);
  assert.deepEqual([client.counters.missed, heard], [0, ['m4']]);
});

test('a gap that the gateway tells of is passed on, and one that it filled moves the place', async () => {
  const { client, heard, gaps } = await listening();
  socket().tell({ type: 'GAP', payload: { channel: 'room:tea', epoch: 'e', from: 11, to: 13, recovered: false } });
  await socket().publish(14);
  socket().tell({ type: 'GAP', payload: { channel: 'room:tea', epoch: 'e', from: 15, to: 16, recovered: true } });
  await socket().publish(17);
  assert.deepEqual(heard, ['m14', 'm17']);
  assert.deepEqual(gaps.map((gap) => [gap.recovered, gap.missed]), [[false, 3], [true, 2]]);
  assert.deepEqual([client.counters.missed, client.counters.gaps], [3, 1]);
});

test('a hole in the offsets is noticed even if nobody tells', async () => {
  const { client } = await listening();
  await socket().publish(13);
  assert.deepEqual([client.counters.missed, client.counters.gaps], [2, 1]);
});

test('a message that came without a place is known when it comes again', async () => {
  const { client, heard } = await listening();
  socket().tell({ type: 'CHAT_MESSAGE', payload: { roomId: 'tea', id: 'm11' } });
  await socket().publish(11);
  await socket().publish(12);
  assert.deepEqual(heard, ['m11', 'm12']);
  assert.deepEqual([client.counters.duplicated, client.counters.missed], [1, 0]);
});

test('publications that do not name their channel are known by their epoch', async () => {
  const { heard } = await listening();
  await socket().publish(11, 'e', { id: 'post' });
  assert.deepEqual(heard, ['post']);
});

test('a refused channel is told once, one that is busy is asked for again', async () => {
  const client = await connected();
  const failures = [];
  client.subscribe('room:secret', { onError: (failure) => failures.push(failure.code) });
  await socket().error('SUBSCRIBE', { code: 'UNAVAILABLE', error: 'later', retryable: true });
  await tick(1_000);
  assert.equal(socket().of('SUBSCRIBE').length, 2);
  await socket().error('SUBSCRIBE', { code: 'FORBIDDEN', error: 'no', retryable: false });
  await tick(10_000);
  assert.deepEqual([failures, socket().of('SUBSCRIBE').length], [['FORBIDDEN'], 2]);
});

test('a channel is left with its last listener, but not when another one comes at once', async () => {
  const { client } = await listening();
  const second = client.subscribe('room:tea', () => {});
  second.close();
  await tick(1);
  assert.equal(socket().of('UNSUBSCRIBE').length, 0);
  const lone = client.subscribe('room:two', () => {});
  lone.close();
  const again = client.subscribe('room:two', () => {});
  await tick(1);
  assert.equal(socket().of('UNSUBSCRIBE').length, 0);
  again.close();
  await tick(1);
  assert.deepEqual(socket().last('UNSUBSCRIBE').payload, { channel: 'room:two' });
});

test('a listener that throws costs the others nothing', async () => {
  const { client, heard } = await listening();
  client.subscribe('room:tea', () => {
    throw new Error('a mistake of the page');
  });
  await socket().publish(11);
  assert.deepEqual(heard, ['m11']);
  assert.throws(() => mock.timers.tick(1), /a mistake of the page/);
});

test('a token that runs out is replaced on the connection', async () => {
  let tokens = 0;
  await connected({ token: () => `t${++tokens}` });
  socket().tell({ type: 'TOKEN_EXPIRING', payload: { expiresAt: 1 } });
  await settled();
  assert.deepEqual(socket().last('REFRESH').payload, { token: 't2' });
});

test('the inbox is handled one by one and acknowledged after that', async () => {
  const client = await connected();
  const handled = [];
  let finish;
  client.inbox(
    (message) => {
      handled.push(message.payload.id);
      return new Promise((resolve) => (finish = resolve));
    },
    { device: 'phone' },
  );
  assert.deepEqual(socket().last('INBOX').payload, { device: 'phone' });
  await socket().ack('INBOX', { channel: 'inbox', epoch: 'i', offset: 5 });
  for (const offset of [6, 7]) {
    socket().tell({ type: 'DIRECT_MESSAGE', payload: { id: `d${offset}` }, offset, epoch: 'i' });
  }
  await tick(1_000);
  assert.deepEqual([handled, socket().of('INBOX_ACK')], [['d6'], []]);
  finish();
  await settled();
  finish();
  await settled();
  await tick(50);
  assert.deepEqual(handled, ['d6', 'd7']);
  assert.deepEqual(socket().last('INBOX_ACK').payload, { offset: 7 });

  await socket().end(1006);
  await tick(500);
  await socket().open();
  assert.deepEqual(socket().last('INBOX').payload, { device: 'phone', since: { epoch: 'i', offset: 7 } });
});

test('a message of the inbox that could not be handled is tried again, not acknowledged', async () => {
  const client = await connected();
  let tries = 0;
  client.inbox(() => {
    if (++tries < 3) throw new Error('the disk is full');
  });
  await socket().ack('INBOX', { channel: 'inbox', epoch: 'i', offset: 0 });
  socket().tell({ type: 'DIRECT_MESSAGE', payload: {}, offset: 1, epoch: 'i' });
  await settled();
  await tick(50);
  assert.equal(socket().of('INBOX_ACK').length, 0);
  await tick(600);
  await tick(1_100);
  await tick(50);
  assert.equal(tries, 3);
  assert.deepEqual(socket().last('INBOX_ACK').payload, { offset: 1 });
});

// ---- one socket for several tabs ----

/** A hub, and sockets as tabs see them. */
function hub() {
  const shared = new Hub((url, protocols) => new FakeSocket(url, protocols));
  const tabs = [];
  const open = (url, protocols) => {
    const end = { onopen: null, onmessage: null, onclose: null };
    const request = shared.join((notice) => {
      if ('text' in notice) end.onmessage?.({ data: notice.text });
      else if ('opened' in notice) end.onopen?.();
      else if ('closed' in notice) end.onclose?.({ code: notice.closed, reason: notice.reason });
    });
    end.send = (text) => request({ send: text });
    end.close = (code = 1000) => request({ close: code });
    // As everywhere, the answer comes when the caller is ready for it.
    void Promise.resolve().then().then().then().then(() => request({ open: url, protocols, lock: '' }));
    tabs.push(end);
    return end;
  };
  return { open, tabs };
}

test('tabs share one socket, each with the answers and the place that are its own', async () => {
  const { open } = hub();
  const heard = { one: [], two: [] };
  const one = await started({ socket: open });
  one.subscribe('room:tea', (each) => heard.one.push(each.payload.id));
  await socket().open();
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 10 });
  await socket().publish(11);
  await socket().publish(12);

  const two = await started({ socket: open });
  await settled();
  assert.equal(FakeSocket.all.length, 1);
  assert.deepEqual([two.status.state, two.status.userId], ['open', 'ada']);
  two.subscribe('room:tea', (each) => heard.two.push(each.payload.id), { epoch: 'e', offset: 10 });
  await socket().publish(13);
  await socket().ack('SUBSCRIBE', { channel: 'room:tea', epoch: 'e', offset: 13, recovered: true, missed: 3 });
  for (const offset of [11, 12, 13, 14]) await socket().publish(offset);
  assert.deepEqual(heard.one, ['m11', 'm12', 'm13', 'm14']);
  assert.deepEqual(heard.two, ['m11', 'm12', 'm13', 'm14']);
  assert.deepEqual([one.counters.duplicated, two.counters.duplicated, two.counters.missed], [0, 0, 0]);
});

test('a shared channel is left with the last tab that listens', async () => {
  const { open, tabs } = hub();
  const one = await started({ socket: open });
  await socket().open();
  const two = await started({ socket: open });
  const listener = one.subscribe('room:tea', () => {});
  two.subscribe('room:tea', () => {});
  listener.close();
  await tick(1);
  assert.equal(socket().of('UNSUBSCRIBE').length, 0);
  tabs[1].close();
  assert.deepEqual(socket().of('UNSUBSCRIBE').map((each) => each.payload), [{ channel: 'room:tea' }]);
  tabs[0].close();
  assert.equal(socket().closedWith, 1000);
});

test('a shared socket that breaks breaks for all, and one of them opens the next', async () => {
  const { open } = hub();
  const one = await started({ socket: open });
  await socket().open();
  const two = await started({ socket: open });
  await settled();
  await socket().end(1006);
  assert.deepEqual([one.status.state, two.status.state], ['waiting', 'waiting']);
  await tick(500);
  await socket().open();
  assert.equal(FakeSocket.all.length, 2);
  assert.deepEqual([one.status.state, two.status.state], ['open', 'open']);
});
