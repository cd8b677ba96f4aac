'use strict';

// Socket.IO without its HTTP long polling. With REDIS_URL its Redis adapter carries every
// publication, as it would between several nodes.

const { createServer } = require('node:http');
const { createAdapter } = require('@socket.io/redis-adapter');
const Redis = require('ioredis');
const jwt = require('jsonwebtoken');
const { Server } = require('socket.io');

const { PORT, TOKEN_SECRET, REDIS_URL } = process.env;

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

if (REDIS_URL) {
  io.adapter(createAdapter(new Redis(REDIS_URL), new Redis(REDIS_URL)));
}

io.use((socket, next) => {
  jwt.verify(socket.handshake.auth.token, TOKEN_SECRET, (failure, claims) => {
    socket.data.user = claims?.sub;
    next(failure ?? undefined);
  });
});

io.on('connection', (socket) => {
  socket.on('subscribe', async (room) => {
    await socket.join(room);
    socket.emit('subscribed', room);
  });
  socket.on('publish', (room, message) => io.to(room).emit('message', message));
  socket.on('echo', () => socket.emit('echoed'));
});

http.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 });
