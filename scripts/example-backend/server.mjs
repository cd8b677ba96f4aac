#!/usr/bin/env node
// An example of a site behind the gateway: people sign in here, it decides who may subscribe, keeps
// what is said before anybody sees it, and tells the gateway whom a user blocks. Node 18 or later,
// nothing else. `run` beside it starts this and a gateway, wired to each other.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Gateway } from './gateway.mjs';
import { Sessions } from './session.mjs';
import { verify } from './signature.mjs';
import { MessageStore } from './store.mjs';

const MAX_BODY_BYTES = 1024 * 1024;
const NEWEST = 50;
const USAGE = `usage: HOOK_SECRET=… NEXTAUTH_SECRET=… [API_KEY=…] node server.mjs
    [--port 4000] [--file messages.jsonl]
    [--gateway http://127.0.0.1:3000] [--admin http://127.0.0.1:3001]`;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4000' },
    file: { type: 'string', default: 'messages.jsonl' },
    gateway: { type: 'string', default: 'http://127.0.0.1:3000' },
    admin: { type: 'string', default: 'http://127.0.0.1:3001' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

/** A secret that the gateway has, too. */
function secret(name, setting) {
  const value = process.env[name] ?? '';
  if (value.length < 16) {
    console.error(`${name}: expected at least 16 characters, the same as ${setting}`);
    process.exit(2);
  }
  return value;
}

const hookSecret = secret('HOOK_SECRET', 'hooks.secret');
const sessions = new Sessions(secret('NEXTAUTH_SECRET', 'token.secret'));
const gateway = new Gateway(options.admin, process.env.API_KEY ?? '');
const store = await MessageStore.open(options.file);

/** Rooms that begin with "private-" are for the user whose id follows. */
function mayEnter(user, channel) {
  return !channel.startsWith('room:private-') || channel === `room:private-${user.id}`;
}

/** One answer for each kind of hook: what the gateway asks and tells. */
const hooks = {
  authorize: ({ user, channel }) => ({ allow: mayEnter(user, channel) }),

  publish: async (draft) => {
    switch (draft.type) {
      case 'CHAT_MESSAGE': {
        if (/\bspam\b/i.test(draft.content)) {
          return { accept: false, error: 'content: no spam here' };
        }
        const message = await store.add(draft);
        return { accept: true, messageId: message.id, payload: message };
      }
      case 'MESSAGE_EDIT':
      case 'MESSAGE_DELETE': {
        const error = await store.change(draft);
        return error ? { accept: false, error } : { accept: true };
      }
      default:
        return { accept: false, error: `type: ${draft.type} is not known here` };
    }
  },

  events: ({ events }) => {
    for (const { event, user, channel } of events) {
      console.log(['event', event, user, channel].filter(Boolean).join(' '));
    }
    return {};
  },
};

/** What the page asks for once somebody has signed in. */
const site = {
  'GET /messages': ({ user, query }) => {
    const channel = `room:${query.get('room')}`;
    return mayEnter(user, channel)
      ? [200, { messages: store.newest(channel, user.id, NEWEST) }]
      : [403, {}];
  },

  'POST /blocks': async ({ user, body }) => {
    await gateway.block(user.id, await store.block(user.id, body.userId, true));
    return [200, {}];
  },

  'DELETE /blocks': async ({ user, body }) => {
    await gateway.block(user.id, await store.block(user.id, body.userId, false));
    return [200, {}];
  },

  'POST /kicks': async ({ user, body }) => {
    if (user.id !== 'admin') {
      return [403, {}];
    }
    await gateway.kick(body.userId);
    return [200, {}];
  },
};

/** A real site asks for more than a name. */
function signIn({ name }) {
  const id = String(name).trim().toLowerCase();
  return /^[a-z0-9_-]{1,32}$/.test(id)
    ? [200, {}, { 'set-cookie': sessions.cookieFor({ id, name: String(name).trim() }, Date.now()) }]
    : [422, { error: 'name: expected 1 to 32 letters, digits, - and _' }];
}

const files = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.mjs': ['page.mjs', 'text/javascript; charset=utf-8'],
};

async function handle(request) {
  const url = new URL(request.url, 'http://localhost');
  const file = files[url.pathname];
  if (request.method === 'GET' && file) {
    const text = await readFile(new URL(`page/${file[0]}`, import.meta.url));
    return [200, text, { 'content-type': file[1] }];
  }
  const body = await read(request);
  if (body === null) {
    return [413, {}];
  }
  if (request.method === 'POST' && url.pathname === '/hooks') {
    return answerHook(request.headers, body);
  }
  const parsed = body.length === 0 ? {} : JSON.parse(body);
  // A form of another site cannot have this type, and a script there would have to ask first.
  if (request.method !== 'GET' && request.headers['content-type'] !== 'application/json') {
    return [415, {}];
  }
  const route = `${request.method} ${url.pathname}`;
  if (route === 'POST /session') {
    return signIn(parsed);
  }
  const user = sessions.userOf(request.headers.cookie, Date.now());
  if (route === 'GET /session') {
    return [200, { user, gateway: options.gateway }];
  }
  const action = Object.hasOwn(site, route) ? site[route] : null;
  if (action && user) {
    return action({ user, query: url.searchParams, body: parsed });
  }
  return [action ? 401 : 404, {}];
}

async function answerHook(headers, body) {
  if (!verify(hookSecret, headers, body, Date.now())) {
    return [401, {}];
  }
  const question = JSON.parse(body);
  const hook = Object.hasOwn(hooks, question.hook) ? hooks[question.hook] : null;
  return hook ? [200, await hook(question)] : [404, {}];
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  let answer;
  try {
    answer = await handle(request);
  } catch (error) {
    console.error('request failed', error);
    answer = [500, {}];
  }
  const [status, body, headers] = answer;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
});

server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`listening port=${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    server.closeAllConnections();
    server.close(() => process.exit(0));
  });
}
