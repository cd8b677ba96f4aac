'use strict';

// A server that does what the Node server the gateway replaces does for each connection and each
// message: it verifies the token of the URL, keeps one function per connection and channel, reads
// every publication of Redis as JSON and writes it anew for every subscriber.

const { createServer } = require('node:http');
const Redis = require('ioredis');
const jwt = require('jsonwebtoken');
const { WebSocket, WebSocketServer } = require('ws');

const { PORT, TOKEN_SECRET, REDIS_URL } = process.env;
const PATH = '/api/community/ws';
const PING_MILLIS = 30_000;

const commands = new Redis(REDIS_URL);
const subscriber = new Redis(REDIS_URL);
const audiences = new Map();
const socketsOfUser = new Map();

subscriber.on('message', (channel, body) => {
  let envelope;
  try {
    envelope = JSON.parse(body);
  } catch {
    return;
  }
  for (const listener of audiences.get(channel)?.listeners ?? []) {
    listener(envelope);
  }
});

function send(socket, type, payload) {
  if (socket.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ type, payload }));
  }
}

function channelOf({ roomId, groupId }) {
  return roomId ? `room:${roomId}` : `group:${groupId}`;
}

async function subscribe(socket, channel) {
  const listener = ({ type, payload }) => send(socket, type, payload);
  let audience = audiences.get(channel);
  if (!audience) {
    audience = { listeners: new Set(), subscribed: subscriber.subscribe(channel) };
    audiences.set(channel, audience);
  }
  audience.listeners.add(listener);
  socket.leaving.push(() => {
    audience.listeners.delete(listener);
    if (audience.listeners.size === 0 && audiences.get(channel) === audience) {
      audiences.delete(channel);
      subscriber.unsubscribe(channel);
    }
  });
  await audience.subscribed;
}

const actions = {
  PING: (socket) => send(socket, 'PONG', {}),
  SUBSCRIBE: async (socket, payload) => {
    await subscribe(socket, channelOf(payload));
    send(socket, 'SUBSCRIBED', payload);
  },
  TYPING: (socket, payload) => {
    const typing = { type: 'TYPING', payload: { ...payload, userId: socket.user } };
    return commands.publish(channelOf(payload), JSON.stringify(typing));
  },
};

async function welcome(socket, user) {
  socket.user = user;
  socket.alive = true;
  socket.leaving = [];
  socket.on('pong', () => {
    socket.alive = true;
  });
  socket.on('error', () => socket.terminate());
  socket.on('message', async (data) => {
    try {
      const { type, payload } = JSON.parse(data.toString());
      await actions[type]?.(socket, payload);
    } catch {
      send(socket, 'ERROR', { message: 'Invalid message' });
    }
  });
  socket.on('close', async () => {
    for (const leave of socket.leaving) {
      leave();
    }
    const sockets = socketsOfUser.get(user);
    sockets.delete(socket);
    if (sockets.size === 0) {
      socketsOfUser.delete(user);
      await commands.srem('users:online', user);
    }
  });
  const sockets = socketsOfUser.get(user) ?? new Set();
  socketsOfUser.set(user, sockets.add(socket));
  await commands.sadd('users:online', user);
  send(socket, 'USER_JOINED', { userId: user, message: 'Connected to WebSocket server' });
}

const http = createServer((request, response) => response.end());
const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

http.on('upgrade', (request, socket, head) => {
  const url = new URL(request.url, 'http://localhost');
  let user;
  try {
    user = jwt.verify(url.searchParams.get('token'), TOKEN_SECRET).sub;
  } catch {
    user = undefined;
  }
  if (url.pathname !== PATH || !user) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    return;
  }
  websockets.handleUpgrade(request, socket, head, (opened) => welcome(opened, user));
});

setInterval(() => {
  for (const socket of websockets.clients) {
    if (socket.alive) {
      socket.alive = false;
      socket.ping();
    } else {
      socket.terminate();
    }
  }
}, PING_MILLIS);

http.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 });
