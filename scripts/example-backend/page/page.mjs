// Signs in at the site, connects to the gateway with the cookie that the site has set, and shows
// one room at a time.

const find = (selector) => document.querySelector(selector);
const status = find('[role=status]');
const alert = find('[role=alert]');
const messages = find('#messages');

let user;
let client;
let subscription;
let room;

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).error ?? `${path}: ${answer.status}`);
  return answer.json();
}

/** Carries out what a person asked for, and says why where that fails. */
async function attempt(action) {
  alert.hidden = true;
  try {
    await action();
  } catch (failure) {
    alert.textContent = failure.message;
    alert.hidden = false;
  }
}

async function connect() {
  const session = await ask('GET', '/session');
  user = session.user;
  if (!user) return;
  const { GatewayClient } = await import(`${session.gateway}/client.js`);
  client = new GatewayClient({ url: `${session.gateway}/api/community/ws` });
  client.on('state', ({ state, detail }) => {
    status.textContent = state === 'open' ? `Signed in as ${user.name}` : `${state}: ${detail}`;
  });
  client.start();
  find('#sign-in').hidden = true;
  find('#join').hidden = false;
}

function join(name) {
  return new Promise((resolve, reject) => {
    const joined = client.subscribe(`room:${name}`, {
      onMessage: receive,
      onError: reject,
      onLive: async () => {
        // Also after every loss of the connection.
        if (subscription !== joined) subscription?.close();
        subscription = joined;
        room = name;
        find('#say').hidden = false;
        // What was said before is in the site's own keeping.
        const kept = await ask('GET', `/messages?room=${encodeURIComponent(name)}`);
        messages.replaceChildren();
        kept.messages.forEach(show);
        resolve();
      },
    });
  });
}

function receive({ type, payload }) {
  if (type === 'CHAT_MESSAGE') show(payload);
  if (type === 'MESSAGE_EDIT') rewrite(payload.messageId, payload.content);
  if (type === 'MESSAGE_DELETE') itemOf(payload.messageId)?.remove();
}

function show({ id, content, authorId, authorName }) {
  if (itemOf(id)) return rewrite(id, content);
  const item = document.createElement('li');
  item.dataset.id = id;
  item.dataset.author = authorId;
  item.append(`${authorName}: `, Object.assign(document.createElement('span'), { textContent: content }));
  if (authorId === user.id) {
    item.append(
      button('Edit', () => {
        const changed = prompt('Edit', item.querySelector('span').textContent);
        return changed && command('MESSAGE_EDIT', { messageId: id, content: changed });
      }),
      button('Delete', () => command('MESSAGE_DELETE', { messageId: id })),
    );
  } else {
    item.append(button('Block', () => block(authorId)));
    if (user.id === 'admin') item.append(button('Kick', () => ask('POST', '/kicks', { userId: authorId })));
  }
  messages.append(item);
}

function rewrite(id, content) {
  const item = itemOf(id);
  if (item) item.querySelector('span').textContent = content;
}

function itemOf(id) {
  return [...messages.children].find((item) => item.dataset.id === id);
}

async function block(userId) {
  await ask('POST', '/blocks', { userId });
  [...messages.children].filter((item) => item.dataset.author === userId).forEach((item) => item.remove());
}

function button(name, action) {
  const made = Object.assign(document.createElement('button'), { textContent: name });
  made.addEventListener('click', () => attempt(action));
  return made;
}

function command(type, payload) {
  return client.command(type, { roomId: room, ...payload });
}

/** What is written in a form, once it is sent. */
function onSubmit(selector, action) {
  find(selector).addEventListener('submit', (event) => {
    event.preventDefault();
    const input = event.target.querySelector('input');
    attempt(async () => {
      await action(input.value);
      input.value = '';
    });
  });
}

onSubmit('#sign-in', async (name) => {
  await ask('POST', '/session', { name });
  await connect();
});
onSubmit('#join', join);
onSubmit('#say', (content) =>
  command('CHAT_MESSAGE', { content, clientMessageId: crypto.randomUUID() }),
);
// Whoever has signed in before is still.
attempt(connect);
