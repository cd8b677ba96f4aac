export class GatewayError extends Error {
code;
retryable;
retryAfterMillis;
name = 'GatewayError';
constructor(code, message, retryable = false, retryAfterMillis) {
super(message);
this.code = code;
this.retryable = retryable;
this.retryAfterMillis = retryAfterMillis;
}
}
export function adviceFor(code) {
if (code >= 4000 && code < 4100)
return 'stay-away';
if (code >= 4200 && code < 4300)
return 'at-once';
switch (code) {
case 1001:
case 1012:
return 'at-once';
case 1000:
case 1003:
case 1007:
case 1008:
case 1009:
return 'stay-away';
default:
return 'backoff';
}
}
export function channelOf(payload) {
if (payload.roomId)
return `room:${payload.roomId}`;
if (payload.groupId)
return `group:${payload.groupId}`;
return payload.channel || undefined;
}
export function parseEnvelope(text) {
try {
const read = JSON.parse(text);
if (typeof read?.type !== 'string')
return undefined;
const payload = read.payload;
return { ...read, payload: payload && typeof payload === 'object' ? payload : {} };
}
catch {
return undefined;
}
}
export function uniqueId() {
const octets = crypto.getRandomValues(new Uint8Array(12));
return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
export class Emitter {
#listeners = new Map();
on(name, listener) {
const listeners = this.#listeners.get(name) ?? new Set();
this.#listeners.set(name, listeners.add(listener));
return () => {
listeners.delete(listener);
};
}
emit(name, ...args) {
for (const listener of [...(this.#listeners.get(name) ?? [])])
guarded(() => listener(...args));
}
}
export function guarded(run) {
try {
run();
}
catch (failure) {
setTimeout(() => {
throw failure;
}, 0);
}
}
const REPEATABLE = ['CHAT_MESSAGE', 'DIRECT_MESSAGE', 'HISTORY', 'PRESENCE', 'STATUS'];
const KEYED = ['CHAT_MESSAGE', 'DIRECT_MESSAGE'];
const AGAIN_MILLIS = 1_000;
export class Commands {
write;
limits;
#pending = new Map();
#chars = 0;
#lastId = 0;
constructor(write, limits) {
this.write = write;
this.limits = limits;
}
run(type, given, timeoutMillis, tied = false) {
const payload = KEYED.includes(type) && !given.clientMessageId ? { ...given, clientMessageId: uniqueId() } : given;
const id = `c${++this.#lastId}`;
const text = JSON.stringify({ type, id, payload });
const full = this.#pending.size >= this.limits.commands || this.#chars + text.length > this.limits.chars;
if (full && !tied) {
return Promise.reject(new GatewayError('QUEUE_FULL', `too much waits already (${this.limits.commands} commands)`, true));
}
return new Promise((resolve, reject) => {
const timer = setTimeout(() => this.#take(id)?.reject(new GatewayError('TIMEOUT', `no answer in ${timeoutMillis} ms`, true)), timeoutMillis);
const done = (settle) => (value) => {
clearTimeout(timer);
settle(value);
};
const pending = {
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
if (tied && !pending.sent)
this.#lose(id);
});
}
settle({ type, id, payload }) {
const pending = this.#pending.get(id);
if (!pending)
return false;
if (payload.code === 'UNAVAILABLE' && pending.repeatable) {
pending.sent = false;
setTimeout(() => this.#send(pending), payload.retryAfterMillis ?? AGAIN_MILLIS * (0.5 + Math.random()));
return true;
}
this.#take(id);
if (type === 'ACK')
pending.resolve(payload);
else
pending.reject(new GatewayError(payload.code, payload.error, payload.retryable, payload.retryAfterMillis));
return true;
}
opened() {
for (const pending of this.#pending.values())
this.#send(pending);
}
lost() {
for (const [id, pending] of [...this.#pending]) {
if (pending.tied || (pending.sent && !pending.repeatable))
this.#lose(id);
else
pending.sent = false;
}
}
end(reason) {
for (const id of [...this.#pending.keys()])
this.#take(id)?.reject(new GatewayError('STOPPED', reason));
}
#send(pending) {
if (!pending.sent && this.#pending.get(pending.id) === pending)
pending.sent = this.write(pending.text);
}
#lose(id) {
this.#take(id)?.reject(new GatewayError('LOST', 'the connection was lost before the answer came', true));
}
#take(id) {
const pending = this.#pending.get(id);
if (pending && this.#pending.delete(id))
this.#chars -= pending.text.length;
return pending;
}
}
const REMEMBERED_IDS = 256;
export class Channel {
name;
counters;
listeners = new Set();
epoch;
offset;
live = false;
answer = {};
#ids = new Set();
constructor(name, counters) {
this.name = name;
this.counters = counters;
}
get position() {
return this.epoch === undefined || this.offset === undefined
? undefined
: { epoch: this.epoch, offset: this.offset };
}
begin(answer) {
const before = this.position;
this.live = true;
this.answer = answer;
if (answer.recovered) {
this.counters.resumed++;
this.counters.recovered += answer.missed ?? 0;
}
else {
this.#moveTo(answer.epoch, answer.offset);
if (answer.recovered === false) {
const counted = before?.epoch === this.epoch && this.offset !== undefined;
this.#lose(answer.reason, counted ? this.offset - before.offset : undefined);
}
}
this.#tell((each) => each.onLive?.(answer));
}
accept(envelope) {
const { epoch, offset } = envelope;
if (offset !== undefined && epoch !== undefined && !this.#inTurn(epoch, offset))
return false;
if (this.#isKnown(envelope)) {
this.counters.duplicated++;
return false;
}
this.#tell((each) => each.onMessage?.(envelope));
return true;
}
skip({ epoch, from, to, recovered }) {
if (!this.live || (epoch === this.epoch && to <= (this.offset ?? -1)))
return;
this.#moveTo(epoch, to);
const missed = from !== undefined && to !== undefined ? to - from + 1 : undefined;
if (recovered)
this.#tellGap({ recovered: true, missed, reason: 'gap' });
else
this.#lose('gap', missed);
}
fail(failure) {
this.#tell((each) => each.onError?.(failure));
}
#inTurn(epoch, offset) {
if (!this.live)
return false;
if (epoch === this.epoch && this.offset !== undefined) {
if (offset <= this.offset) {
this.counters.duplicated++;
return false;
}
if (offset > this.offset + 1)
this.#lose('gap', offset - this.offset - 1);
}
else if (this.epoch !== undefined && epoch !== this.epoch) {
this.#lose('epoch', undefined);
}
this.#moveTo(epoch, offset);
return true;
}
#isKnown({ type, payload }) {
if (type !== 'CHAT_MESSAGE' || typeof payload.id !== 'string')
return false;
if (this.#ids.has(payload.id))
return true;
this.#ids.add(payload.id);
if (this.#ids.size > REMEMBERED_IDS)
this.#ids.delete(this.#ids.values().next().value);
return false;
}
#moveTo(epoch, offset) {
this.epoch = epoch;
this.offset = offset;
}
#lose(reason, missed) {
this.counters.gaps++;
this.counters.missed += missed ?? 0;
this.#tellGap({ recovered: false, missed, reason });
}
#tellGap(gap) {
this.#tell((each) => each.onGap?.({ channel: this.name, ...gap }));
}
#tell(each) {
for (const handlers of [...this.listeners])
guarded(() => each(handlers));
}
}
const FIRST_BACKOFF_MILLIS = 500;
const LONGEST_BACKOFF_MILLIS = 30_000;
const STABLE_MILLIS = 5_000;
const AT_ONCE_SPREAD_MILLIS = 250;
const OPEN_MILLIS = 15_000;
const ANSWER_MILLIS = 10_000;
const WAKING_ANSWER_MILLIS = 4_000;
const TOKEN_EXPIRED = 4001;
export const SILENT = 4900;
export class StayAway extends Error {
}
export function fullJitter(failures, random = Math.random()) {
return random * Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** Math.min(failures, 16));
}
export class Link {
state = 'idle';
#listener;
#heartbeatMillis;
#socket;
#try = 0;
#failures = 0;
#wasOpen = false;
#comeBackMillis;
#retryTimer;
#openTimer;
#stableTimer;
#pingTimer;
#answerTimer;
constructor(listener, heartbeatMillis) {
this.#listener = listener;
this.#heartbeatMillis = heartbeatMillis;
}
start() {
if (this.state === 'connecting' || this.state === 'open')
return;
void this.#connect();
}
stop() {
this.#drop(1000);
this.#failures = 0;
this.#change('idle', 'stopped');
}
wake() {
if (this.state === 'waiting')
void this.#connect();
else if (this.state === 'open')
this.#ping(WAKING_ANSWER_MILLIS);
}
restart() {
this.#drop(1000);
this.#failures = 0;
void this.#connect();
}
write(text) {
if (this.state !== 'open')
return false;
this.#socket.send(text);
return true;
}
comeBackAfter(millis) {
this.#comeBackMillis = millis;
}
async #connect() {
clearTimeout(this.#retryTimer);
const attempt = ++this.#try;
this.#change('connecting', 'connecting');
this.#openTimer = setTimeout(() => this.#end(1006, 'no answer', SILENT), OPEN_MILLIS);
let socket;
try {
socket = await this.#listener.connect();
}
catch (failure) {
if (attempt !== this.#try)
return;
const why = failure instanceof Error ? failure.message : String(failure);
this.#end(failure instanceof StayAway ? 4000 : 1006, why);
return;
}
if (attempt !== this.#try) {
socket.close(1000);
return;
}
this.#socket = socket;
socket.onopen = () => this.#opened();
socket.onmessage = ({ data }) => {
clearTimeout(this.#answerTimer);
this.#answerTimer = undefined;
this.#listener.received(data);
};
socket.onclose = ({ code, reason }) => this.#end(code, reason);
}
#opened() {
clearTimeout(this.#openTimer);
this.#wasOpen = true;
this.#stableTimer = setTimeout(() => (this.#failures = 0), STABLE_MILLIS);
this.#pingTimer = setInterval(() => this.#ping(ANSWER_MILLIS), this.#heartbeatMillis);
this.#comeBackMillis = undefined;
this.#change('open', 'connected');
this.#listener.opened();
}
#ping(patienceMillis) {
this.write('{"type":"PING"}');
if (this.#answerTimer !== undefined && patienceMillis === ANSWER_MILLIS)
return;
clearTimeout(this.#answerTimer);
this.#answerTimer = setTimeout(() => this.#end(1006, 'the gateway is silent', SILENT), patienceMillis);
}
#end(code, reason, closeWith) {
this.#listener.note(`closed ${code} ${reason}`);
const wasOpen = this.#wasOpen;
this.#drop(closeWith);
const advice = code === TOKEN_EXPIRED && wasOpen ? 'backoff' : adviceFor(code);
const why = reason || `code ${code}`;
if (advice === 'stay-away') {
this.#change('closed', why);
return;
}
const atOnce = advice === 'at-once' && this.#failures === 0;
const delayMillis = atOnce
? (this.#comeBackMillis ?? Math.random() * AT_ONCE_SPREAD_MILLIS)
: fullJitter(this.#failures);
this.#failures++;
this.#retryTimer = setTimeout(() => void this.#connect(), delayMillis);
this.#change('waiting', why);
}
#drop(closeWith) {
const socket = this.#socket;
const wasOpen = this.#wasOpen;
this.#try++;
this.#socket = undefined;
this.#wasOpen = false;
clearTimeout(this.#retryTimer);
clearTimeout(this.#openTimer);
clearTimeout(this.#stableTimer);
clearTimeout(this.#answerTimer);
this.#answerTimer = undefined;
clearInterval(this.#pingTimer);
if (socket) {
socket.onopen = socket.onmessage = socket.onclose = null;
if (closeWith !== undefined)
socket.close(closeWith);
}
if (wasOpen) {
this.state = 'waiting';
this.#listener.lost();
}
}
#change(state, detail) {
this.state = state;
this.#listener.changed(state, detail);
}
}
const ACK_MILLIS = 50;
export class Inbox {
handler;
options;
acknowledge;
counters;
#received;
#handled;
#waiting = [];
#busy = false;
#ackTimer;
#closed = false;
constructor(handler, options, acknowledge, counters) {
this.handler = handler;
this.options = options;
this.acknowledge = acknowledge;
this.counters = counters;
}
get epoch() {
return this.#received?.epoch;
}
request() {
return { device: this.options.device, since: this.#handled };
}
begin({ epoch, offset }) {
this.#received = { epoch, offset };
if (this.#handled?.epoch !== epoch)
this.#handled = undefined;
this.#waiting = [];
}
accept(message) {
const offset = message.offset;
if (offset <= Math.max(this.#received.offset, this.#handled?.offset ?? 0)) {
this.counters.duplicated++;
return false;
}
this.#received = { epoch: message.epoch, offset };
this.#waiting.push(message);
void this.#work();
return true;
}
skip(gap) {
this.#received = { epoch: gap.epoch, offset: gap.to ?? 0 };
if (!gap.recovered) {
this.counters.gaps++;
if (gap.from !== undefined && gap.to !== undefined)
this.counters.missed += gap.to - gap.from + 1;
}
this.options.onGap?.(gap);
}
close() {
this.#closed = true;
this.#waiting = [];
clearTimeout(this.#ackTimer);
}
async #work() {
if (this.#busy)
return;
this.#busy = true;
for (let failures = 0; this.#waiting.length > 0;) {
const message = this.#waiting[0];
try {
await this.handler(message);
}
catch {
await new Promise((resolve) => setTimeout(resolve, 100 + fullJitter(failures++)));
continue;
}
failures = 0;
this.#waiting = this.#waiting.filter((each) => each.epoch !== message.epoch || each.offset > message.offset);
if (!this.#closed)
this.#done({ epoch: message.epoch, offset: message.offset });
}
this.#busy = false;
}
#done(position) {
if (this.#received?.epoch !== position.epoch)
return;
this.#handled = position;
this.#ackTimer ??= setTimeout(() => {
this.#ackTimer = undefined;
if (this.#handled)
this.acknowledge(this.#handled.offset);
}, ACK_MILLIS);
}
}
const openWebSocket = (url, protocols) => new WebSocket(url, protocols);
class Member {
key;
tell;
channels = new Set();
given = new Map();
asked = new Map();
constructor(key, tell) {
this.key = key;
this.tell = tell;
}
}
export class Hub {
openSocket;
#members = new Map();
#lastKey = 0;
#socket;
#open = false;
#welcome;
constructor(openSocket = openWebSocket) {
this.openSocket = openSocket;
}
join(tell) {
const member = new Member(++this.#lastKey, tell);
return (request) => {
if ('open' in request)
this.#enter(member, request.open, request.protocols, request.lock);
else if ('send' in request)
this.#send(member, request.send);
else
this.#leave(member, request.close);
};
}
#enter(member, url, protocols, lock) {
if (this.#members.has(member.key))
return;
this.#members.set(member.key, member);
if (lock)
void navigator.locks?.request(lock, () => this.#leave(member, 1000));
if (this.#open) {
member.tell({ opened: true });
if (this.#welcome)
member.tell({ text: this.#welcome });
}
else if (!this.#socket) {
const socket = this.openSocket(url, protocols);
this.#socket = socket;
socket.onopen = () => {
this.#open = true;
for (const each of this.#members.values())
each.tell({ opened: true });
};
socket.onmessage = ({ data }) => this.#received(data);
socket.onclose = ({ code, reason }) => this.#closed(code, reason);
}
}
#send(member, text) {
const command = parseEnvelope(text);
if (!command || !this.#open || !this.#members.has(member.key))
return;
const channel = channelOf(command.payload);
if (command.type === 'SUBSCRIBE' && channel) {
member.channels.add(channel);
if (command.id)
member.asked.set(command.id, command.payload.since);
}
if (command.type === 'UNSUBSCRIBE' && channel) {
member.channels.delete(channel);
if (this.#isWanted(channel)) {
const answer = { type: 'ACK', id: command.id, payload: { channel } };
if (command.id)
member.tell({ text: JSON.stringify(answer) });
return;
}
}
this.#socket.send(command.id ? JSON.stringify({ ...command, id: `${member.key}.${command.id}` }) : text);
}
#received(text) {
const envelope = parseEnvelope(text);
if (!envelope)
return;
if (envelope.id !== undefined) {
this.#answered(envelope);
return;
}
const { type, payload, epoch, offset } = envelope;
if (type === 'USER_JOINED' && !channelOf(payload))
this.#welcome = text;
for (const member of this.#members.values()) {
if (epoch !== undefined && offset !== undefined) {
if (offset <= (member.given.get(epoch) ?? -1))
continue;
member.given.set(epoch, offset);
}
member.tell({ text });
if (type === 'TOKEN_EXPIRING')
return;
}
}
#answered(envelope) {
const [key, id] = envelope.id.split(/\.(.*)/);
const member = this.#members.get(Number(key));
if (!member)
return;
const { epoch, offset, recovered } = envelope.payload;
if (envelope.type === 'ACK' && member.asked.has(id) && epoch !== undefined) {
member.given.set(epoch, (recovered ? member.asked.get(id)?.offset : offset) ?? -1);
}
member.asked.delete(id);
member.tell({ text: JSON.stringify({ ...envelope, id }) });
}
#leave(member, code) {
if (!this.#members.delete(member.key))
return;
if (code === SILENT) {
this.#socket?.close(SILENT);
this.#closed(1006, 'the gateway is silent');
}
else if (this.#members.size === 0) {
this.#socket?.close(1000);
this.#forget();
}
else if (this.#open) {
for (const channel of member.channels) {
if (!this.#isWanted(channel)) {
this.#socket.send(JSON.stringify({ type: 'UNSUBSCRIBE', payload: { channel } }));
}
}
}
}
#isWanted(channel) {
return [...this.#members.values()].some((each) => each.channels.has(channel));
}
#closed(code, reason) {
const members = [...this.#members.values()];
this.#forget();
for (const member of members)
member.tell({ closed: code, reason });
}
#forget() {
if (this.#socket)
this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
this.#socket = undefined;
this.#open = false;
this.#welcome = undefined;
this.#members.clear();
}
}
class SharedSocket {
onopen = null;
onmessage = null;
onclose = null;
#pipe;
#opened = false;
#release = () => { };
constructor(pipe, url, protocols) {
this.#pipe = pipe;
const lock = navigator.locks ? `velonx-tab-${uniqueId()}` : '';
const ask = () => pipe.post({ open: url, protocols, lock });
pipe.listen((notice) => this.#hear(notice, ask));
if (!lock)
ask();
else {
void navigator.locks.request(lock, () => {
ask();
return new Promise((release) => (this.#release = release));
});
}
}
send(text) {
this.#pipe.post({ send: text });
}
close(code = 1000) {
this.#pipe.post({ close: code });
this.#end();
}
#hear(notice, ask) {
if ('text' in notice) {
this.onmessage?.({ data: notice.text });
}
else if ('opened' in notice) {
this.#opened = true;
this.onopen?.(undefined);
}
else if ('closed' in notice) {
this.#end();
this.onclose?.({ code: notice.closed, reason: notice.reason });
}
else if (this.#opened) {
this.#end();
this.onclose?.({ code: 1012, reason: 'the tab that held the socket is gone' });
}
else {
ask();
}
}
#end() {
this.#release();
this.#release = () => { };
this.#pipe.close();
}
}
function serveWorker() {
const hub = new Hub();
globalThis.onconnect = ({ ports: [port] }) => {
const hear = hub.join((notice) => port.postMessage(notice));
port.onmessage = ({ data }) => hear(data);
};
}
if ('onconnect' in globalThis && !('document' in globalThis))
serveWorker();
function workerPipe(script, name, failed) {
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
const candidates = new Set();
function standForElection(name) {
if (candidates.has(name))
return;
candidates.add(name);
void navigator.locks.request(name, () => {
const hub = new Hub();
const channel = new BroadcastChannel(name);
const tabs = new Map();
channel.onmessage = ({ data: { from, request } }) => {
if (!from)
return;
const hear = tabs.get(from) ?? hub.join((notice) => channel.postMessage({ to: from, notice }));
if ('close' in request)
tabs.delete(from);
else
tabs.set(from, hear);
hear(request);
};
channel.postMessage({ to: '*', notice: { hub: true } });
return new Promise(() => { });
});
}
function broadcastPipe(name) {
const channel = new BroadcastChannel(name);
const from = uniqueId();
standForElection(name);
return {
post: (request) => channel.postMessage({ from, request }),
listen: (listener) => {
channel.onmessage = ({ data: { to, notice } }) => {
if (to === from || to === '*')
listener(notice);
};
},
close: () => setTimeout(() => channel.close(), 0),
};
}
export function sharedSockets(name, script) {
let worker = typeof SharedWorker === 'function' ? script : undefined;
const refused = () => (worker = undefined);
return (url, protocols) => {
const topic = `velonx-${name}`;
try {
if (worker)
return new SharedSocket(workerPipe(worker, topic, refused), url, protocols);
}
catch {
refused();
}
return typeof BroadcastChannel === 'function' && globalThis.navigator?.locks
? new SharedSocket(broadcastPipe(topic), url, protocols)
: openWebSocket(url, protocols);
};
}
const PATH = '/api/community/ws';
const HEARTBEAT_MILLIS = 30_000;
const TIMEOUT_MILLIS = 30_000;
const SUBSCRIBE_MILLIS = 40_000;
const ASK_AGAIN_MILLIS = 500;
const PATIENT_ASKS = 20;
const CONTROL = ['ACK', 'ERROR', 'GAP'];
const QUEUE = { commands: 200, chars: 262_144 };
export class GatewayClient {
counters = { resumed: 0, recovered: 0, missed: 0, gaps: 0, duplicated: 0 };
#options;
#events = new Emitter();
#status = { state: 'idle', detail: 'not started', userId: undefined };
#channels = new Map();
#byEpoch = new Map();
#inbox;
#openSocket;
#connection = 0;
#commands;
#link;
constructor(options = {}) {
this.#options = options;
this.#openSocket = options.socket;
this.#commands = new Commands((text) => this.#write(text), { ...QUEUE, ...options.queue });
this.#link = new Link({
connect: () => this.#connect(),
opened: () => this.#opened(),
received: (text) => this.#received(text),
lost: () => this.#lost(),
changed: (state, detail) => this.#change({ state, detail }),
note: (text) => this.#events.emit('frame', 'note', text),
}, options.heartbeatMillis ?? HEARTBEAT_MILLIS);
}
get status() {
return this.#status;
}
start() {
const page = globalThis.window;
page?.addEventListener('online', this.#wake);
page?.addEventListener('pageshow', this.#wake);
page?.document?.addEventListener('visibilitychange', this.#wake);
this.#link.start();
}
stop() {
const page = globalThis.window;
page?.removeEventListener('online', this.#wake);
page?.removeEventListener('pageshow', this.#wake);
page?.document?.removeEventListener('visibilitychange', this.#wake);
this.#link.stop();
this.#commands.end('the client was stopped');
}
restart() {
this.#link.restart();
}
wake() {
this.#link.wake();
}
on(name, listener) {
return this.#events.on(name, listener);
}
subscribe(name, handlers, since) {
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
}
else if (channel.live) {
queueMicrotask(() => channel.listeners.has(added) && added.onLive?.(channel.answer));
}
return {
channel: name,
get position() {
return channel.position;
},
close: () => {
if (channel.listeners.delete(added))
setTimeout(() => this.#leave(channel), 0);
},
};
}
send(type, payload = {}) {
return this.#write(JSON.stringify({ type, payload }));
}
command(type, payload = {}, timeoutMillis) {
return this.#commands.run(type, payload, timeoutMillis ?? this.#options.timeoutMillis ?? TIMEOUT_MILLIS);
}
inbox(handler, options = {}) {
this.#inbox?.close();
const inbox = new Inbox(handler, options, (offset) => this.send('INBOX_ACK', { offset }), this.counters);
this.#inbox = inbox;
this.#openInbox();
return () => {
inbox.close();
if (this.#inbox === inbox)
this.#inbox = undefined;
};
}
async refresh() {
return this.command('REFRESH', { token: await this.#options.token?.() });
}
async #connect() {
const { token, tokenIn, url: given } = this.#options;
const url = new URL(given ?? PATH, globalThis.location?.href);
url.protocol = url.protocol.replace('http', 'ws');
this.#openSocket ??= this.#sockets(`${url.host}${url.pathname}`);
const protocols = [];
if (token) {
const value = await token();
if (!value)
throw new StayAway('there is no token');
if (tokenIn === 'subprotocol')
protocols.push('velonx.v1', 'bearer', value);
else
url.searchParams.set('token', value);
}
this.#events.emit('frame', 'note', `connect ${url.host}${url.pathname}`);
return this.#openSocket(url.href, protocols);
}
#sockets(place) {
const { share, worker } = this.#options;
const own = new URL(import.meta.url).pathname === '/client.js' ? import.meta.url : undefined;
return share === undefined
? (url, protocols) => new WebSocket(url, protocols)
: sharedSockets(`${share}@${place}`, worker ? String(worker) : own);
}
#opened() {
this.#connection++;
for (const channel of this.#channels.values())
this.#ask(channel);
this.#openInbox();
this.#commands.opened();
}
#lost() {
for (const channel of this.#channels.values())
channel.live = false;
this.#commands.lost();
}
#ask(channel, asks = 1) {
if (this.#link.state !== 'open' || this.#channels.get(channel.name) !== channel)
return;
const connection = this.#connection;
const current = () => connection === this.#connection && this.#channels.get(channel.name) === channel;
const askAgain = (pause = ASK_AGAIN_MILLIS * (0.5 + Math.random())) => setTimeout(() => current() && this.#ask(channel, asks + 1), pause);
this.#commands
.run('SUBSCRIBE', { channel: channel.name, since: channel.position }, SUBSCRIBE_MILLIS, true)
.then((answer) => {
if (!current())
return;
if (answer.reason === 'unavailable' && asks < PATIENT_ASKS)
askAgain();
else
channel.begin(answer);
})
.catch((failure) => {
if (!current() || ['LOST', 'STOPPED'].includes(failure.code))
return;
if (failure.retryable || failure.code === 'CONFLICT') {
askAgain(failure.retryAfterMillis);
}
else {
this.#channels.delete(channel.name);
channel.fail(failure);
}
});
}
#leave(channel) {
if (channel.listeners.size > 1 || this.#channels.get(channel.name) !== channel)
return;
this.#channels.delete(channel.name);
this.send('UNSUBSCRIBE', { channel: channel.name });
}
#openInbox() {
const inbox = this.#inbox;
if (!inbox || this.#link.state !== 'open')
return;
this.#commands.run('INBOX', inbox.request(), SUBSCRIBE_MILLIS, true).then((answer) => inbox.begin(answer), (failure) => {
if (failure.retryable && failure.code !== 'LOST')
setTimeout(() => this.#openInbox(), ASK_AGAIN_MILLIS);
else if (!failure.retryable)
inbox.options.onError?.(failure);
});
}
#received(text) {
this.#events.emit('frame', 'received', text);
const envelope = parseEnvelope(text);
if (!envelope || envelope.type === 'PONG')
return;
const { type, payload } = envelope;
if ((type === 'ACK' || type === 'ERROR') && this.#commands.settle(envelope))
return;
if (type === 'RECONNECT')
this.#link.comeBackAfter(payload.delayMillis ?? 0);
if (type === 'TOKEN_EXPIRING' && this.#options.token)
this.refresh().catch(() => { });
if (type === 'GAP')
this.#skip(payload);
if (type === 'USER_JOINED' && !channelOf(payload))
this.#change({ userId: payload.userId });
if (this.#deliver(envelope))
this.#events.emit('envelope', envelope);
}
#deliver(envelope) {
const { type, epoch, payload } = envelope;
if (CONTROL.includes(type))
return true;
if (epoch !== undefined && epoch === this.#inbox?.epoch)
return this.#inbox.accept(envelope);
const named = epoch === undefined ? undefined : this.#withEpoch(epoch);
return (named ?? this.#channels.get(channelOf(payload) ?? ''))?.accept(envelope) ?? true;
}
#skip(gap) {
if (gap.channel === 'inbox')
this.#inbox?.skip(gap);
else
this.#channels.get(gap.channel)?.skip(gap);
}
#withEpoch(epoch) {
let found = this.#byEpoch.get(epoch);
if (found?.epoch !== epoch || this.#channels.get(found.name) !== found) {
this.#byEpoch.delete(epoch);
found = [...this.#channels.values()].find((each) => each.epoch === epoch);
if (found)
this.#byEpoch.set(epoch, found);
}
return found;
}
#write(text) {
const sent = this.#link.write(text);
if (sent)
this.#events.emit('frame', 'sent', text);
return sent;
}
#change(change) {
this.#status = { ...this.#status, ...change };
this.#events.emit('state', this.#status);
}
#wake = () => {
if (globalThis.document?.visibilityState !== 'hidden')
this.#link.wake();
};
}
