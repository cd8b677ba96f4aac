/** Every hook at once, written as people write: with callbacks made anew by every render. */

import React, { StrictMode, createElement as h, useEffect, useState } from 'react';
import ReactDOM from '/test/react-dom-client';
import {
  GatewayProvider,
  useChannel,
  useGatewayState,
  useOnlineStatus,
  usePresence,
  useTyping,
  useTypingIndicator,
  useWebSocket,
} from '/react.js';

const { token, name } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const url = `${location.origin.replace('http', 'ws')}/api/community/ws`;

function show(id, value) {
  return h('p', { id }, typeof value === 'string' ? value : JSON.stringify(value));
}

function Room() {
  const [heard, setHeard] = useState([]);
  const [renders, setRenders] = useState(0);
  const { state, userId } = useGatewayState();
  const room = useChannel('room:flow', ({ type, payload }) => {
    if (type === 'CHAT_MESSAGE') setHeard((before) => [...before, payload.content]);
  });
  const { typingUsers, setTyping } = useTyping('room:flow');
  const { members } = usePresence('room:flow');
  Object.assign(window, { say: room.say, setTyping, renderAgain: () => setRenders((before) => before + 1) });
  return h(
    'section',
    null,
    show('state', state),
    show('me', userId ?? ''),
    show('live', room.isLive),
    show('heard', heard),
    show('typing', typingUsers.map((each) => each.userId)),
    show('members', members.map((each) => each.userId).sort()),
    show('renders', renders),
  );
}

/** The hooks of the platform, as its pages use them. */
function OldRoom() {
  const [heard, setHeard] = useState([]);
  const typing = useTypingIndicator('old', null, (message) => socket.sendMessage(message));
  const online = useOnlineStatus();
  const socket = useWebSocket({ url: `${url}?token=${encodeURIComponent(token)}` }, ({ type, payload }) => {
    if (type === 'CHAT_MESSAGE') setHeard((before) => [...before, payload.content]);
    if (type === 'TYPING') typing.handleTypingMessage(payload);
    if (type === 'USER_JOINED' && payload.roomId) online.handleUserJoined(payload.userId);
    if (type === 'USER_LEFT') online.handleUserLeft(payload.userId);
  });
  const { isConnected, subscribe } = socket;
  useEffect(() => {
    if (isConnected) subscribe('old');
  }, [isConnected, subscribe]);
  Object.assign(window, { oldSend: socket.sendMessage, oldTyping: typing.sendTypingStatus });
  return h(
    'section',
    null,
    show('old-state', socket.connectionState),
    show('old-heard', heard),
    show('old-typing', typing.typingUsers.map((each) => each.userId)),
    show('old-error', socket.error?.message ?? ''),
    show('old-online', [...online.onlineUsers].sort()),
  );
}

window.version = React.version;
window.root = ReactDOM.createRoot(document.getElementById('root'));
root.render(h(StrictMode, null, h(GatewayProvider, { token: () => token }, h(Room)), h(OldRoom, { name })));
