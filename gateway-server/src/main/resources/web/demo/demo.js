/** The page: joins a room, and turns envelopes into what a person sees and the other way round. */

import { GatewayClient } from '/client.js';
import { FrameList } from './frames.js';
import { MessageLog, avatar, isEnter, name } from './messages.js';
import { Plug } from './plug.js';

const NAMES = ['Ada', 'Alan', 'Barbara', 'Dennis', 'Edsger', 'Grace', 'Katherine', 'Ken', 'Margaret', 'Radia'];

/** Somebody types for this long after he last said so. */
const TYPING_LIFE_MILLIS = 5_000;

/** While a person types, the room is told this often; and that he stopped after such a pause. */
const TYPING_PACE_MILLIS = 2_000;
const TYPING_PAUSE_MILLIS = 3_000;

/** In a larger room newcomers are not greeted by everybody. */
const MOST_GREETERS = 30;
const GREETING_SPREAD_MILLIS = 200;

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
const log = new MessageLog($('log'), $('messages'), {
  edit: (messageId, content) => reported(client.command('MESSAGE_EDIT', { roomId, messageId, content })),
  remove: (messageId) => reported(client.command('MESSAGE_DELETE', { roomId, messageId })).catch(() => {}),
});
const plug = new Plug();
const client = new GatewayClient({
  token: fetchToken,
  socket: (url, protocols) => plug.open(url, protocols),
});
client.on('state', onState);
client.on('envelope', onEnvelope);
client.on('frame', (direction, text) => frames.add(direction, text));

let myName = '';
let myId = '';
let roomId = '';

/** User id → name of everybody known to be in the room. */
const members = new Map();

/** User id → the timer that ends his typing. */
const typists = new Map();

let toldTypingAt = -Infinity;
let pauseTimer;
let subscription;

/** When the connection broke; null while it stands. */
let lostAt = null;

// ---- joining and leaving ----

function begin() {
  const link = new URLSearchParams(location.hash.slice(1));
  const saved = JSON.parse(sessionStorage.getItem(SAVED) ?? '{}');
  const room = link.get('room') || saved.room || 'lobby';
  const wanted = link.get('name') || saved.name;
  if (wanted && (link.get('name') || saved.joined)) {
    // After a reload the gateway announces nobody, it was too short to be seen: who was here still is.
    if (saved.room === room && saved.name === wanted) {
      for (const [userId, userName] of saved.members ?? []) members.set(userId, userName);
    }
    join(wanted, room);
  } else {
    showForm(wanted || randomName(), room);
  }
}

function join(asName, room) {
  [myName, roomId] = [asName, room];
  $('join').hidden = true;
  $('room').hidden = false;
  $('room-name').textContent = room;
  $('my-name').textContent = asName;
  document.title = `${room} · Velonx Gateway demo`;
  showMembers();
  $('content').focus();
  subscription = client.subscribe(`room:${room}`, {
    onLive: live,
    onGap: ({ missed, recovered }) => {
      if (!recovered) log.note(missed ? `${missed} messages were missed here` : 'Messages may have been missed here');
    },
    onError: (failure) => {
      report(failure.code, failure.message);
      leave();
    },
  });
  client.start();
}

function leave() {
  stopTyping();
  client.send('UNSUBSCRIBE', { roomId });
  subscription.close();
  showForm(myName, roomId);
  client.stop();
  members.clear();
  typists.forEach(clearTimeout);
  typists.clear();
  showTyping();
  lostAt = null;
  if (plug.isPulled) togglePlug();
  log.clear();
  sessionStorage.removeItem(SAVED);
}

function showForm(asName, room) {
  $('room').hidden = true;
  $('join').hidden = false;
  $('join-name').value = asName;
  $('join-room').value = room;
  document.title = 'Velonx Gateway demo';
  $('join').querySelector('button').focus();
}

function randomName() {
  const first = NAMES[Math.floor(Math.random() * NAMES.length)];
  return `${first}-${Math.floor(Math.random() * 90) + 10}`;
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
  if (state === 'connecting') myId = '';
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
    log.note(`Back after ${seconds} s, ${missed} to catch up on`);
  }
  lostAt = null;
  showCounters();
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
      else if (!myId) welcomed(payload);
      break;
    case 'USER_LEFT':
      if (isHere) left(payload.userId);
      break;
    case 'TYPING':
      if (isHere) typing(payload);
      break;
    case 'DM_TYPING':
      // Nobody types to us here: it is how those who are in the room greet who comes in.
      meet(payload.userId, payload.userName);
      break;
    case 'CHAT_MESSAGE':
      if (isHere) said(payload);
      break;
    case 'MESSAGE_EDIT':
      if (isHere) log.edited(payload.messageId, payload.content);
      break;
    case 'MESSAGE_DELETE':
      if (isHere) log.deleted(payload.messageId);
      break;
    case 'ERROR':
      report(payload.code, payload.error);
      break;
    default: // for the frames only
  }
}

function welcomed({ userId, message }) {
  myId = userId;
  meet(userId, myName);
  log.note(message);
}

function joined({ userId, userName }) {
  if (userId === myId) {
    // The room sees us come in, so those who are here will greet us.
    members.clear();
  } else {
    log.note(name(userName || userId), ' joined');
    if (members.size <= MOST_GREETERS) {
      setTimeout(
        () => client.send('DM_TYPING', { targetUserId: userId, isTyping: false }),
        GREETING_SPREAD_MILLIS * (0.5 + Math.random() / 2),
      );
    }
  }
  meet(userId, userName);
}

function left(userId) {
  if (userId === myId) return;
  log.note(name(members.get(userId) ?? userId), ' left');
  members.delete(userId);
  stoppedTyping(userId);
  showMembers();
}

function said(message) {
  stoppedTyping(message.authorId);
  log.add(message, message.authorId === myId);
}

function typing({ userId, userName, isTyping }) {
  if (userId === myId) return;
  meet(userId, userName);
  stoppedTyping(userId);
  if (isTyping) {
    typists.set(userId, setTimeout(() => stoppedTyping(userId), TYPING_LIFE_MILLIS));
  }
  showTyping();
}

function stoppedTyping(userId) {
  clearTimeout(typists.get(userId));
  typists.delete(userId);
  showTyping();
}

function meet(userId, userName) {
  if (!userId || (members.has(userId) && !userName)) return;
  members.set(userId, userName || userId);
  showMembers();
}

function showMembers() {
  const items = [...members].map(([userId, userName]) => {
    const item = document.createElement('li');
    item.append(avatar(userId, userName), name(userName));
    if (userId === myId) item.append('(you)');
    return item;
  });
  $('members').replaceChildren(...items);
}

function showTyping() {
  const names = [...typists.keys()].map((userId) => name(members.get(userId) ?? userId));
  if (names.length === 0) $('typing').replaceChildren();
  else if (names.length === 1) $('typing').replaceChildren(names[0], ' is typing…');
  else if (names.length === 2) $('typing').replaceChildren(names[0], ' and ', names[1], ' are typing…');
  else $('typing').replaceChildren('Several people are typing…');
}

// ---- what the person does ----

function sendMessage() {
  const field = $('content');
  const content = field.value;
  if (!content.trim()) return;
  field.value = '';
  stopTyping();
  // Without a connection it waits for one.
  reported(client.command('CHAT_MESSAGE', { roomId, content })).catch(() => {
    if (!field.value) field.value = content;
  });
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
    client.send('TYPING', { roomId, groupId: null, isTyping: true });
  }
}

function stopTyping() {
  clearTimeout(pauseTimer);
  if (toldTypingAt === -Infinity) return;
  toldTypingAt = -Infinity;
  client.send('TYPING', { roomId, groupId: null, isTyping: false });
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
  if (code === 'STOPPED') return;
  const words = ERRORS[code];
  $('notice').querySelector('p').textContent = words && detail ? `${words}: ${detail}` : words ?? detail ?? code;
  $('notice').hidden = false;
}

function dismiss() {
  $('notice').hidden = true;
}

function showFrames(shown) {
  $('frames').hidden = !shown;
  $('frames-toggle').ariaExpanded = String(shown);
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
$('retry').addEventListener('click', () => client.start());
$('plug').addEventListener('click', togglePlug);
$('notice').querySelector('button').addEventListener('click', dismiss);
$('frames-toggle').addEventListener('click', () => showFrames($('frames').hidden));
$('frames-close').addEventListener('click', () => {
  showFrames(false);
  $('frames-toggle').focus();
});
$('frames-clear').addEventListener('click', () => frames.clear());

addEventListener('hashchange', () => location.reload());
addEventListener('pagehide', () => {
  const joined = !$('room').hidden;
  if (joined) {
    sessionStorage.setItem(SAVED, JSON.stringify({ joined, name: myName, room: roomId, members: [...members] }));
  }
});

begin();
