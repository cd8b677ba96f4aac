/** The page: joins a room, and turns envelopes into what a person sees and the other way round. */

import { GatewayClient } from '/client.js';
import { upload } from '/upload.js';
import { fetchFilesWith } from './attachments.js';
import { Conversations } from './conversations.js';
import { FileDrop } from './drop.js';
import { FrameList } from './frames.js';
import { Members } from './members.js';
import { isEnter, name } from './messages.js';
import { Plug } from './plug.js';
import { showSnippets } from './snippets.js';

const NAMES = ['Ada', 'Alan', 'Barbara', 'Dennis', 'Edsger', 'Grace', 'Katherine', 'Ken', 'Margaret', 'Radia'];

/** While a person types, others are told this often; and that he stopped after such a pause. */
const TYPING_PACE_MILLIS = 2_000;
const TYPING_PAUSE_MILLIS = 3_000;

const SAVED = 'velonx-demo';

const ERRORS = {
  INVALID_JSON: 'The gateway could not read that',
  UNKNOWN_TYPE: 'The gateway does not know that command',
  INVALID_PAYLOAD: 'Something is missing or wrong in that command',
  INVALID_CHANNEL: 'There can be no room of that name',
  NOT_SUBSCRIBED: 'You are not in that room',
  FORBIDDEN: 'That is not allowed here',
  RATE_LIMITED: 'That was too fast',
  LIMIT_EXCEEDED: 'A limit is reached',
  PAYLOAD_TOO_LARGE: 'That is too long',
  CONFLICT: 'That id is taken already',
  UNAVAILABLE: 'The gateway cannot do that right now, try again in a moment',
  INTERNAL: 'Something went wrong inside the gateway',
  LOST: 'The connection broke, and nobody knows whether that was done',
  TIMEOUT: 'That took too long',
  QUEUE_FULL: 'Too much waits for a connection already',
};

const STATES = {
  idle: () => 'Not connected',
  connecting: () => 'Connecting…',
  open: () => 'Connected',
  waiting: () => (plug.isPulled ? 'Unplugged' : 'Connection lost, trying again'),
  closed: (why) => `Closed: ${why}`,
};

const $ = (id) => document.getElementById(id);

const frames = new FrameList($('frame-list'));
const members = new Members($('members'), writeTo);
const conversations = new Conversations(
  { tabs: $('conversations'), box: $('log'), title: $('room-name'), typing: $('typing') },
  chosen,
);
conversations.onUnread = showTitle;
const plug = new Plug();
const client = new GatewayClient({
  token: fetchToken,
  socket: (url, protocols) => plug.open(url, protocols),
});
const drop = new FileDrop(
  { area: $('room'), input: $('file'), chooser: $('attach'), list: $('uploads') },
  sendFile,
);
fetchFilesWith(freshToken);
client.on('state', onState);
client.on('envelope', onEnvelope);
client.on('frame', (direction, text) => frames.add(direction, text));

let myName = '';

/** Good for a day, and for this name. */
let token;
let roomId = '';

/** The conversation of the room; others are with single people. */
let room;

/** The one that is shown. */
let shown;

let toldTypingAt = -Infinity;
let pauseTimer;
let subscription;
let closeInbox;

/** When the connection broke; null while it stands. */
let lostAt = null;

// ---- joining and leaving ----

function begin() {
  const link = new URLSearchParams(location.hash.slice(1));
  const saved = JSON.parse(sessionStorage.getItem(SAVED) ?? '{}');
  const wantedRoom = link.get('room') || saved.room || 'lobby';
  const wanted = link.get('name') || saved.name;
  if (wanted && (link.get('name') || saved.joined)) join(wanted, wantedRoom);
  else showForm(wanted || randomName(), wantedRoom);
}

function join(asName, wantedRoom) {
  [myName, roomId] = [asName, wantedRoom];
  token = undefined;
  $('join').hidden = true;
  $('room').hidden = false;
  $('my-name').textContent = asName;
  showSnippets($('snippets'), roomId);
  room = conversations.open('room', roomId, null, {
    edit: (messageId, content) => reported(client.command('MESSAGE_EDIT', { roomId, messageId, content })),
    remove: (messageId) => reported(client.command('MESSAGE_DELETE', { roomId, messageId })).catch(() => {}),
  });
  conversations.choose(room);
  $('content').focus();
  subscription = client.subscribe(`room:${roomId}`, {
    onLive: live,
    onGap: ({ missed, recovered }) => {
      if (!recovered) room.log.note(missed ? `${missed} messages were missed here` : 'Messages may have been missed here');
    },
    onError: (failure) => {
      report(failure.code, failure.message);
      leave();
    },
  });
  // What is told to us is shown as it comes; that it did is all the gateway wants to know.
  closeInbox = client.inbox(() => {}, { onError: () => {} });
  client.start();
}

function leave() {
  drop.stop();
  stopTyping();
  client.send('UNSUBSCRIBE', { roomId });
  subscription.close();
  closeInbox();
  showForm(myName, roomId);
  client.stop();
  members.clear();
  conversations.clear();
  shown = undefined;
  $('content').value = '';
  lostAt = null;
  setAway(false);
  if (plug.isPulled) togglePlug();
  sessionStorage.removeItem(SAVED);
}

function showForm(asName, wantedRoom) {
  $('room').hidden = true;
  $('join').hidden = false;
  $('join-name').value = asName;
  $('join-room').value = wantedRoom;
  document.title = 'Velonx Gateway demo';
  $('join').querySelector('button').focus();
}

function randomName() {
  const first = NAMES[Math.floor(Math.random() * NAMES.length)];
  return `${first}-${Math.floor(Math.random() * 90) + 10}`;
}

async function freshToken() {
  token ??= await fetchToken();
  return token;
}

async function fetchToken() {
  const answer = await fetch(`/demo/token/${encodeURIComponent(myName)}`, { cache: 'no-store' });
  if (answer.status >= 400 && answer.status < 500) {
    report(null, answer.status === 404 ? 'Tokens are given out in dev mode only' : 'The gateway refused that name');
    return null;
  }
  if (!answer.ok) throw new Error('the gateway gave no token');
  return (await answer.json()).token;
}

// ---- what the connection tells ----

function onState({ state, detail }) {
  if (state === 'connecting') members.me = '';
  if (state === 'waiting') lostAt ??= performance.now();
  const inRoom = !$('room').hidden;
  $('state').dataset.state = state;
  $('state').textContent = STATES[state](detail);
  $('retry').hidden = plug.isPulled || (state !== 'waiting' && !(state === 'closed' && inRoom));
  $('plug').hidden = !inRoom;
}

/** The room is being listened to, for the first time or again. */
function live({ recovered, missed }) {
  if (lostAt !== null && recovered) {
    const seconds = ((performance.now() - lostAt) / 1000).toFixed(1);
    room.log.note(`Back after ${seconds} s, ${missed} to catch up on`);
  }
  lostAt = null;
  showCounters();
  if (isAway()) client.send('STATUS', { status: 'away' });
  members.take(client.command('PRESENCE', { roomId })).catch(() => {});
}

function showCounters() {
  const { resumed, recovered, missed, duplicated } = client.counters;
  $('counters').hidden = resumed === 0 && missed === 0;
  $('counters').textContent = `${recovered} caught up, ${missed} missed, ${duplicated} duplicated`;
}

function togglePlug() {
  if (plug.isPulled) {
    plug.pushIn();
    client.wake();
  } else {
    plug.pull();
  }
  $('plug').textContent = plug.isPulled ? 'Plug back in' : 'Pull the plug';
}

function onEnvelope({ type, payload }) {
  showCounters();
  const isHere = payload.roomId === roomId;
  switch (type) {
    case 'USER_JOINED':
      if (isHere) joined(payload);
      else if (!members.me) welcomed(payload);
      break;
    case 'USER_LEFT':
      if (isHere) left(payload.userId);
      break;
    case 'USER_STATUS':
      if (isHere) members.turned(payload.userId, payload.status);
      break;
    case 'TYPING':
      if (isHere) typing(room, payload);
      break;
    case 'DM_TYPING':
      typing(conversations.find(keyOf(payload.userId)), payload);
      break;
    case 'CHAT_MESSAGE':
      if (isHere) said(room, payload);
      break;
    case 'MESSAGE_EDIT':
      if (isHere) room.log.edited(payload.messageId, payload.content);
      break;
    case 'MESSAGE_DELETE':
      if (isHere) room.log.deleted(payload.messageId);
      break;
    case 'DIRECT_MESSAGE':
      toldDirectly(payload);
      break;
    case 'DM_READ':
      seen(conversations.find(keyOf(payload.userId)), payload.messageId);
      break;
    case 'ERROR':
      report(payload.code, payload.error);
      break;
    default: // for the frames only
  }
}

function welcomed({ userId, message }) {
  members.me = userId;
  members.meet(userId, myName);
  room.log.note(message);
}

function joined({ userId, userName }) {
  if (userId !== members.me) room.log.note(name(userName || userId), ' joined');
  members.meet(userId, userName);
}

function left(userId) {
  if (userId === members.me) return;
  room.log.note(name(members.nameOf(userId)), ' left');
  members.left(userId);
  conversations.stopped(room, userId);
}

function said(conversation, message) {
  const isOwn = message.authorId === members.me;
  conversations.stopped(conversation, message.authorId);
  conversation.log.add(message, isOwn);
  if (!isOwn) conversations.heard(conversation);
}

/** Of somebody else, or what we said ourselves in another tab. */
function toldDirectly(message) {
  const isOwn = message.authorId === members.me;
  const partner = isOwn ? message.targetUserId : message.authorId;
  const conversation = directly(partner, isOwn ? members.nameOf(partner) : message.authorName);
  said(conversation, message);
  if (isOwn) return;
  conversation.unseen = message.id;
  tellSeen();
}

function directly(userId, userName) {
  return conversations.open(keyOf(userId), userName, userId, null);
}

/** A user may be called “room”. */
function keyOf(userId) {
  return `user:${userId}`;
}

/** May be told before we are told that the message was taken. */
function seen(conversation, messageId) {
  if (!conversation) return;
  conversation.seen = messageId;
  conversation.log.mark(messageId, 'seen');
}

/** Who wrote to us learns that we have read it. */
function tellSeen() {
  if (!shown?.unseen || document.hidden) return;
  const { target, unseen } = shown;
  shown.unseen = undefined;
  client.send('DM_READ', { targetUserId: target, messageId: unseen });
}

function typing(conversation, { userId, userName, isTyping }) {
  if (!conversation || userId === members.me) return;
  if (isTyping) conversations.typing(conversation, userId, userName || members.nameOf(userId));
  else conversations.stopped(conversation, userId);
}

// ---- what the person does ----

function writeTo(userId) {
  conversations.choose(directly(userId, members.nameOf(userId)));
  $('content').focus();
}

/** Another conversation is shown: each keeps what was begun in it. */
function chosen(conversation) {
  stopTyping();
  if (shown) shown.draft = $('content').value;
  shown = conversation;
  $('content').value = conversation.draft;
  tellSeen();
}

function sendMessage() {
  const field = $('content');
  const content = field.value;
  if (!content.trim()) return;
  field.value = '';
  stopTyping();
  const conversation = shown;
  // Without a connection it waits for one.
  reported(conversation.target === null ? sayHere(content) : sayTo(conversation, content)).catch(() => {
    if (!field.value) field.value = content;
  });
}

/** What is said of a file that was uploaded is where it is. */
async function sendFile(file, { signal, onProgress }) {
  const conversation = shown;
  const audience = conversation.target === null ? { channel: `room:${roomId}` } : { targetUserId: conversation.target };
  const { url } = await reported(
    upload(file, { ...audience, token: freshToken, signal, onProgress, socket: (address) => plug.open(address) }),
  );
  await reported(conversation.target === null ? sayHere(url) : sayTo(conversation, url));
}

function sayHere(content) {
  return client.command('CHAT_MESSAGE', { roomId, content });
}

async function sayTo(conversation, content) {
  const { messageId, createdAt, delivery } = await client.command('DIRECT_MESSAGE', {
    targetUserId: conversation.target,
    content,
  });
  const author = { authorId: members.me, authorName: myName };
  conversation.log.add({ id: messageId, content, createdAt, ...author }, true);
  if (conversation.seen === messageId) conversation.log.mark(messageId, 'seen');
  else if (delivery === 'queued') conversation.log.mark(messageId, 'waits in the inbox');
}

function typed() {
  clearTimeout(pauseTimer);
  if (!$('content').value.trim()) {
    stopTyping();
    return;
  }
  pauseTimer = setTimeout(stopTyping, TYPING_PAUSE_MILLIS);
  if (performance.now() - toldTypingAt >= TYPING_PACE_MILLIS) {
    toldTypingAt = performance.now();
    tellTyping(true);
  }
}

function stopTyping() {
  clearTimeout(pauseTimer);
  if (toldTypingAt === -Infinity) return;
  toldTypingAt = -Infinity;
  tellTyping(false);
}

function tellTyping(isTyping) {
  const { target } = shown;
  if (target === null) client.send('TYPING', { roomId, groupId: null, isTyping });
  else client.send('DM_TYPING', { targetUserId: target, isTyping });
}

function isAway() {
  return $('away').ariaPressed === 'true';
}

function setAway(away) {
  $('away').ariaPressed = String(away);
  client.send('STATUS', { status: away ? 'away' : 'active' });
}

function looked() {
  conversations.read();
  tellSeen();
}

// ---- telling what went wrong ----

async function reported(promise) {
  try {
    return await promise;
  } catch (failure) {
    report(failure.code, failure.message);
    throw failure;
  }
}

function report(code, detail) {
  if (code === 'STOPPED' || code === 'ABORTED') return;
  const words = ERRORS[code];
  $('notice').querySelector('p').textContent = words && detail ? `${words}: ${detail}` : words ?? detail ?? code;
  $('notice').hidden = false;
}

function dismiss() {
  $('notice').hidden = true;
}

function showTitle(unread) {
  if (!$('room').hidden) document.title = `${unread > 0 ? `(${unread}) ` : ''}${roomId} · Velonx Gateway demo`;
}

/** One drawer at a time: there is not more room. */
function showDrawer(wanted) {
  for (const drawer of ['code', 'frames']) {
    $(drawer).hidden = drawer !== wanted;
    $(`${drawer}-toggle`).ariaExpanded = String(drawer === wanted);
  }
}

$('join').addEventListener('submit', (event) => {
  event.preventDefault();
  dismiss();
  join($('join-name').value, $('join-room').value);
  history.replaceState(null, '', `#${new URLSearchParams({ room: roomId })}`);
});
$('compose').addEventListener('submit', (event) => {
  event.preventDefault();
  sendMessage();
});
$('content').addEventListener('keydown', (event) => {
  if (isEnter(event)) {
    event.preventDefault();
    sendMessage();
  }
});
$('content').addEventListener('input', typed);
$('leave').addEventListener('click', () => {
  dismiss();
  leave();
});
$('away').addEventListener('click', () => setAway(!isAway()));
$('retry').addEventListener('click', () => client.start());
$('plug').addEventListener('click', togglePlug);
$('notice').querySelector('button').addEventListener('click', dismiss);
for (const drawer of ['code', 'frames']) {
  $(`${drawer}-toggle`).addEventListener('click', () => showDrawer($(drawer).hidden ? drawer : null));
  $(`${drawer}-close`).addEventListener('click', () => {
    showDrawer(null);
    $(`${drawer}-toggle`).focus();
  });
}
$('frames-clear').addEventListener('click', () => frames.clear());

document.addEventListener('visibilitychange', looked);
addEventListener('hashchange', () => location.reload());
addEventListener('pagehide', () => {
  const joined = !$('room').hidden;
  if (joined) {
    sessionStorage.setItem(SAVED, JSON.stringify({ joined, name: myName, room: roomId }));
  }
});

begin();
