#!/usr/bin/env node
// An example of a back end behind the gateway: it decides who may subscribe, and keeps what is
// said before anybody sees it. Node 20 or later, nothing else.
//
//   HOOK_SECRET=… node server.mjs --port 4000 --file messages.jsonl
//
// with a gateway that runs with
//
//   GATEWAY_HOOKS_URL=http://127.0.0.1:4000/hooks GATEWAY_HOOKS_SECRET=…
//   GATEWAY_PUBLISHING_CLIENTS=hook GATEWAY_AUTHORIZATION_SUBSCRIBE=room:=hook
//   GATEWAY_HOOKS_EVENTS=all

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { MessageStore } from './store.mjs';
import { verify } from './signature.mjs';

const MAX_BODY_BYTES = 1024 * 1024;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4000' },
    file: { type: 'string', default: 'messages.jsonl' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log('usage: HOOK_SECRET=… node server.mjs [--port 4000] [--file messages.jsonl]');
  process.exit(0);
}
const secret = process.env.HOOK_SECRET ?? '';
if (secret.length < 16) {
  console.error('HOOK_SECRET: expected at least 16 characters, the same as hooks.secret');
  process.exit(2);
}

const store = await MessageStore.open(options.file);

/** One answer for each kind of hook. */
const hooks = {
  // Rooms that begin with "private-" are for users whose id follows.
  authorize: ({ user, channel }) => ({
    allow: !channel.startsWith('room:private-') || channel === `room:private-${user.id}`,
  }),

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

async function handle(request) {
  if (request.method !== 'POST' || request.url !== '/hooks') {
    return [404, {}];
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      return [413, {}];
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!verify(secret, request.headers, body, Date.now())) {
    return [401, {}];
  }
  const question = JSON.parse(body.toString('utf8'));
  const hook = Object.hasOwn(hooks, question.hook) ? hooks[question.hook] : null;
  return hook ? [200, await hook(question)] : [404, {}];
}

const server = createServer(async (request, response) => {
  let answer;
  try {
    answer = await handle(request);
  } catch (error) {
    console.error('request failed', error);
    answer = [500, {}];
  }
  const body = JSON.stringify(answer[1]);
  response.writeHead(answer[0], { 'content-type': 'application/json' });
  response.end(body);
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
