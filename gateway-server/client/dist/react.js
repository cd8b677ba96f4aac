'use client';
import { createContext, createElement, useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore, } from 'react';
import { GatewayClient } from './client.js';
const TYPING_LIFE_MILLIS = 5_000;
const TYPING_PACE_MILLIS = 2_000;
const TYPING_PAUSE_MILLIS = 3_000;
const NOT_CONNECTED = { state: 'idle', detail: 'not started', userId: undefined };
const Context = createContext(null);
const users = new WeakMap();
function hold(client) {
const before = users.get(client) ?? 0;
users.set(client, before + 1);
if (before === 0)
client.start();
return () => {
users.set(client, users.get(client) - 1);
setTimeout(() => users.get(client) === 0 && client.stop(), 0);
};
}
function useLatest(value) {
const latest = useRef(value);
useEffect(() => {
latest.current = value;
});
return latest;
}
export function GatewayProvider(props) {
const options = props.client ? {} : props;
const token = useLatest(options.token);
const url = options.url === undefined ? undefined : String(options.url);
const { share } = options;
const given = props.client;
const hasToken = Boolean(options.token);
const first = useRef(options);
const client = useMemo(() => given ??
new GatewayClient({ ...first.current, url, share, token: hasToken ? () => token.current?.() : undefined }), [given, url, share, hasToken, token]);
useEffect(() => hold(client), [client]);
return createElement(Context.Provider, { value: client }, props.children);
}
export function useGateway() {
const client = useContext(Context);
if (!client)
throw new Error('there is no <GatewayProvider> around this component');
return client;
}
function useStatus(client) {
return useSyncExternalStore(useCallback((changed) => client.on('state', changed), [client]), () => client.status, () => NOT_CONNECTED);
}
export function useGatewayState() {
const client = useGateway();
const status = useStatus(client);
const reconnect = useCallback(() => client.restart(), [client]);
return { ...status, isConnected: status.state === 'open', reconnect };
}
function useSubscription(client, channel, handlers) {
const latest = useLatest(handlers);
useEffect(() => {
if (!channel)
return undefined;
const subscription = client.subscribe(channel, {
onMessage: (envelope) => latest.current.onMessage?.(envelope),
onGap: (gap) => latest.current.onGap?.(gap),
onLive: (answer) => latest.current.onLive?.(answer),
onError: (failure) => latest.current.onError?.(failure),
});
return () => subscription.close();
}, [client, channel, latest]);
}
export function useChannel(channel, onMessage) {
const client = useGateway();
const { state } = useStatus(client);
const [at, setAt] = useState();
useSubscription(client, channel, {
onMessage,
onLive: () => setAt((before) => ({ channel, error: null, gap: before?.gap ?? null })),
onGap: (gap) => !gap.recovered && setAt({ channel, error: null, gap }),
onError: (error) => setAt({ channel, error, gap: null }),
});
const here = at?.channel === channel ? at : undefined;
return {
isLive: state === 'open' && here !== undefined && !here.error,
error: here?.error ?? null,
gap: here?.gap ?? null,
...useMemo(() => {
const send = (type, payload) => client.command(type, { ...target(channel ?? ''), ...payload });
return {
say: (content) => send('CHAT_MESSAGE', { content }),
edit: (messageId, content) => send('MESSAGE_EDIT', { messageId, content }),
remove: (messageId) => send('MESSAGE_DELETE', { messageId }),
};
}, [client, channel]),
};
}
function target(channel) {
const [family, ...id] = channel.split(':');
return { [`${family}Id`]: id.join(':') };
}
function useTypists() {
const [typists, setTypists] = useState([]);
const timers = useRef(new Map());
useEffect(() => {
const running = timers.current;
return () => {
running.forEach(clearTimeout);
running.clear();
setTypists([]);
};
}, []);
const heard = useCallback(({ userId, userName, isTyping }) => {
const stopped = () => {
timers.current.delete(userId);
setTypists((before) => before.some((each) => each.userId === userId) ? before.filter((each) => each.userId !== userId) : before);
};
clearTimeout(timers.current.get(userId));
if (!isTyping) {
stopped();
return;
}
timers.current.set(userId, setTimeout(stopped, TYPING_LIFE_MILLIS));
setTypists((before) => before.some((each) => each.userId === userId) ? before : [...before, { userId, userName: userName ?? userId }]);
}, []);
return [typists, heard];
}
function useTeller(tell) {
const latest = useLatest(tell);
const told = useRef(-Infinity);
const pause = useRef(undefined);
const set = useCallback((isTyping) => {
clearTimeout(pause.current);
if (isTyping) {
pause.current = setTimeout(() => set(false), TYPING_PAUSE_MILLIS);
if (Date.now() - told.current < TYPING_PACE_MILLIS)
return;
told.current = Date.now();
latest.current(true);
}
else if (told.current !== -Infinity) {
told.current = -Infinity;
latest.current(false);
}
}, [latest]);
useEffect(() => () => clearTimeout(pause.current), []);
return set;
}
export function useTyping(channel) {
const client = useGateway();
const [typingUsers, heard] = useTypists();
useSubscription(client, channel, {
onMessage: ({ type, payload }) => {
if (type === 'TYPING' && payload.userId !== client.status.userId)
heard(payload);
if (type === 'CHAT_MESSAGE')
heard({ userId: payload.authorId, isTyping: false });
},
});
const setTyping = useTeller((isTyping) => {
if (channel)
client.send('TYPING', { ...target(channel), isTyping });
});
return { typingUsers, setTyping };
}
export function usePresence(channel) {
const client = useGateway();
const [byId, setById] = useState(new Map());
const change = (apply) => setById((before) => {
const members = new Map(before);
apply(members);
return members;
});
useSubscription(client, channel, {
onMessage: ({ type, payload }) => {
const { userId } = payload;
if (type === 'USER_JOINED')
change((members) => members.set(userId, { userId, userName: payload.userName ?? userId }));
if (type === 'USER_LEFT')
change((members) => members.delete(userId));
},
onLive: () => {
client.command('PRESENCE', target(channel)).then(({ online }) => Array.isArray(online) && change((members) => {
members.clear();
for (const each of online)
members.set(each.userId, each);
}), () => { });
},
});
useEffect(() => () => setById(new Map()), [channel]);
const members = useMemo(() => [...byId.values()], [byId]);
const isOnline = useCallback((userId) => byId.has(userId), [byId]);
return { members, isOnline };
}
const EPHEMERAL = ['TYPING', 'DM_TYPING', 'PING'];
export function useWebSocket(config, onMessage) {
const { url, heartbeatInterval } = config;
const client = useMemo(() => new GatewayClient({ url, heartbeatMillis: heartbeatInterval }), [url, heartbeatInterval]);
const channels = useRef(new Map());
const latest = useLatest(onMessage);
const [refusal, setRefusal] = useState(null);
const status = useStatus(client);
useEffect(() => {
const joined = channels.current;
const off = client.on('envelope', (envelope) => latest.current?.(envelope));
const release = hold(client);
for (const [channel, former] of joined) {
joined.set(channel, client.subscribe(channel, { onError: setRefusal }));
former.close();
}
return () => {
off();
release();
joined.forEach((each) => each.close());
};
}, [client, latest]);
const listen = useCallback((isWanted, roomId, groupId) => {
const channel = roomId ? `room:${roomId}` : groupId ? `group:${groupId}` : '';
if (!channel || isWanted === channels.current.has(channel))
return;
if (isWanted)
channels.current.set(channel, client.subscribe(channel, { onError: setRefusal }));
else {
channels.current.get(channel)?.close();
channels.current.delete(channel);
}
}, [client]);
const sendMessage = useCallback(({ type, payload = {} }) => {
if (type === 'SUBSCRIBE' || type === 'UNSUBSCRIBE')
listen(type === 'SUBSCRIBE', payload.roomId, payload.groupId);
else if (EPHEMERAL.includes(type))
client.send(type, payload);
else
client.command(type, payload).catch(setRefusal);
}, [client, listen]);
const subscribe = useCallback((roomId, groupId) => listen(true, roomId, groupId), [listen]);
const unsubscribe = useCallback((roomId, groupId) => listen(false, roomId, groupId), [listen]);
const reconnect = useCallback(() => {
setRefusal(null);
client.restart();
}, [client]);
const ended = useMemo(() => (status.state === 'closed' ? new Error(status.detail) : null), [status]);
return {
connectionState: connectionState(status),
isConnected: status.state === 'open',
error: ended ?? refusal,
sendMessage,
subscribe,
unsubscribe,
reconnect,
};
}
function connectionState({ state }) {
if (state === 'open')
return 'connected';
if (state === 'closed')
return 'error';
return state === 'connecting' ? 'connecting' : 'disconnected';
}
export function useTypingIndicator(roomId, groupId, sendMessage) {
const [typingUsers, handleTypingMessage] = useTypists();
const sendTypingStatus = useTeller((isTyping) => {
if (roomId || groupId)
sendMessage?.({ type: 'TYPING', payload: { roomId, groupId, isTyping } });
});
return { typingUsers, sendTypingStatus, handleTypingMessage };
}
export function useOnlineStatus() {
const [onlineUsers, setAll] = useState(() => new Set());
const isUserOnline = useCallback((userId) => onlineUsers.has(userId), [onlineUsers]);
const handleUserJoined = useCallback((userId) => setAll((before) => (before.has(userId) ? before : new Set(before).add(userId))), []);
const handleUserLeft = useCallback((userId) => setAll((before) => (before.has(userId) ? new Set([...before].filter((each) => each !== userId)) : before)), []);
const setOnlineUsers = useCallback((users) => setAll(new Set(users)), []);
return { onlineUsers, isUserOnline, handleUserJoined, handleUserLeft, setOnlineUsers };
}
