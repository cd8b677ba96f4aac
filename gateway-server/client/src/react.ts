'use client';

import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { ReactElement, ReactNode } from 'react';
import { GatewayClient, GatewayError } from './client.js';
import type { ChannelHandlers, ClientOptions, Envelope, Gap, Payload, Status } from './client.js';

/** Somebody types for this long after he last said so. */
const TYPING_LIFE_MILLIS = 5_000;

/** While a person types, the channel is told this often; and that he stopped after such a pause. */
const TYPING_PACE_MILLIS = 2_000;
const TYPING_PAUSE_MILLIS = 3_000;

const NOT_CONNECTED: Status = { state: 'idle', detail: 'not started', userId: undefined };

const Context = createContext<GatewayClient | null>(null);

/** Clients in use → how many components use them. */
const users = new WeakMap<GatewayClient, number>();

/** Starts the client with its first user, and stops it a moment after its last. */
function hold(client: GatewayClient): () => void {
  const before = users.get(client) ?? 0;
  users.set(client, before + 1);
  if (before === 0) client.start();
  return () => {
    users.set(client, users.get(client)! - 1);
    // React may mount anew at once what it has just unmounted; that shall cost no connection.
    setTimeout(() => users.get(client) === 0 && client.stop(), 0);
  };
}

/** The value of the last render, for callbacks that live longer than one. */
function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

export type GatewayProviderProps = (ClientOptions & { client?: undefined }) | { client: GatewayClient };

/**
 * Keeps a connection for everything below: a client of your own, or one made with these options.
 * Callbacks may be written inline; another `url` or `share` makes another connection.
 */
export function GatewayProvider(props: GatewayProviderProps & { children?: ReactNode }): ReactElement {
  const options: ClientOptions = props.client ? {} : props;
  const token = useLatest(options.token);
  const url = options.url === undefined ? undefined : String(options.url);
  const { share } = options;
  const given = props.client;
  const hasToken = Boolean(options.token);
  const first = useRef(options);
  const client = useMemo(
    () =>
      given ??
      new GatewayClient({ ...first.current, url, share, token: hasToken ? () => token.current?.() : undefined }),
    [given, url, share, hasToken, token],
  );
  useEffect(() => hold(client), [client]);
  return createElement(Context.Provider, { value: client }, props.children);
}

/** The client of the provider around. */
export function useGateway(): GatewayClient {
  const client = useContext(Context);
  if (!client) throw new Error('there is no <GatewayProvider> around this component');
  return client;
}

function useStatus(client: GatewayClient): Status {
  return useSyncExternalStore(
    useCallback((changed) => client.on('state', changed), [client]),
    () => client.status,
    () => NOT_CONNECTED,
  );
}

/** How the connection is; renders anew when that changes. */
export function useGatewayState(): Status & { isConnected: boolean; reconnect: () => void } {
  const client = useGateway();
  const status = useStatus(client);
  const reconnect = useCallback(() => client.restart(), [client]);
  return { ...status, isConnected: status.state === 'open', reconnect };
}

function useSubscription(client: GatewayClient, channel: string | null | undefined, handlers: ChannelHandlers): void {
  const latest = useLatest(handlers);
  useEffect(() => {
    if (!channel) return undefined;
    const subscription = client.subscribe(channel, {
      onMessage: (envelope) => latest.current.onMessage?.(envelope),
      onGap: (gap) => latest.current.onGap?.(gap),
      onLive: (answer) => latest.current.onLive?.(answer),
      onError: (failure) => latest.current.onError?.(failure),
    });
    return () => subscription.close();
  }, [client, channel, latest]);
}

export interface UseChannel {
  /** The gateway has confirmed the subscription, and it still stands. */
  isLive: boolean;
  error: GatewayError | null;
  /** The last gap that could not be filled: what is shown may be incomplete. */
  gap: Gap | null;
  /** Says something; waits for a connection if there is none. */
  say: (content: string) => Promise<Payload>;
  edit: (messageId: string, content: string) => Promise<Payload>;
  remove: (messageId: string) => Promise<Payload>;
}

/** Listens to a channel, `room:…` or `group:…`; null listens to none. */
export function useChannel(channel: string | null | undefined, onMessage?: (envelope: Envelope) => void): UseChannel {
  const client = useGateway();
  const { state } = useStatus(client);
  const [at, setAt] = useState<{ channel: unknown; error: GatewayError | null; gap: Gap | null }>();
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
      const send = (type: string, payload: Payload) => client.command(type, { ...target(channel ?? ''), ...payload });
      return {
        say: (content: string) => send('CHAT_MESSAGE', { content }),
        edit: (messageId: string, content: string) => send('MESSAGE_EDIT', { messageId, content }),
        remove: (messageId: string) => send('MESSAGE_DELETE', { messageId }),
      };
    }, [client, channel]),
  };
}

function target(channel: string): Payload {
  const [family, ...id] = channel.split(':');
  return { [`${family}Id`]: id.join(':') };
}

export interface TypingUser {
  userId: string;
  userName: string;
}

/** Who types, each until he stops or is not heard of any more. */
function useTypists(): [TypingUser[], (payload: Payload) => void] {
  const [typists, setTypists] = useState<TypingUser[]>([]);
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    return () => {
      running.forEach(clearTimeout);
      running.clear();
      setTypists([]);
    };
  }, []);
  const heard = useCallback(({ userId, userName, isTyping }: Payload) => {
    const stopped = () => {
      timers.current.delete(userId);
      setTypists((before) =>
        before.some((each) => each.userId === userId) ? before.filter((each) => each.userId !== userId) : before,
      );
    };
    clearTimeout(timers.current.get(userId));
    if (!isTyping) {
      stopped();
      return;
    }
    timers.current.set(userId, setTimeout(stopped, TYPING_LIFE_MILLIS));
    setTypists((before) =>
      before.some((each) => each.userId === userId) ? before : [...before, { userId, userName: userName ?? userId }],
    );
  }, []);
  return [typists, heard];
}

/** Tells that somebody types no more often than is useful, and that he stopped when he did. */
function useTeller(tell: (isTyping: boolean) => void): (isTyping: boolean) => void {
  const latest = useLatest(tell);
  const told = useRef(-Infinity);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const set = useCallback(
    (isTyping: boolean) => {
      clearTimeout(pause.current);
      if (isTyping) {
        pause.current = setTimeout(() => set(false), TYPING_PAUSE_MILLIS);
        if (Date.now() - told.current < TYPING_PACE_MILLIS) return;
        told.current = Date.now();
        latest.current(true);
      } else if (told.current !== -Infinity) {
        told.current = -Infinity;
        latest.current(false);
      }
    },
    [latest],
  );
  useEffect(() => () => clearTimeout(pause.current), []);
  return set;
}

/** Who else types in a channel, and what to call on every key. */
export function useTyping(channel: string | null | undefined): {
  typingUsers: TypingUser[];
  setTyping: (isTyping: boolean) => void;
} {
  const client = useGateway();
  const [typingUsers, heard] = useTypists();
  useSubscription(client, channel, {
    onMessage: ({ type, payload }) => {
      if (type === 'TYPING' && payload.userId !== client.status.userId) heard(payload);
      if (type === 'CHAT_MESSAGE') heard({ userId: payload.authorId, isTyping: false });
    },
  });
  const setTyping = useTeller((isTyping) => {
    if (channel) client.send('TYPING', { ...target(channel), isTyping });
  });
  return { typingUsers, setTyping };
}

export interface Member {
  userId: string;
  userName: string;
  status?: string;
}

/** Who is online in a channel, as far as the gateway tells. */
export function usePresence(channel: string | null | undefined): { members: Member[]; isOnline: (userId: string) => boolean } {
  const client = useGateway();
  const [byId, setById] = useState<ReadonlyMap<string, Member>>(new Map());
  const change = (apply: (members: Map<string, Member>) => void) =>
    setById((before) => {
      const members = new Map(before);
      apply(members);
      return members;
    });
  useSubscription(client, channel, {
    onMessage: ({ type, payload }) => {
      const { userId } = payload;
      if (type === 'USER_JOINED') change((members) => members.set(userId, { userId, userName: payload.userName ?? userId }));
      if (type === 'USER_LEFT') change((members) => members.delete(userId));
    },
    onLive: () => {
      client.command('PRESENCE', target(channel!)).then(
        ({ online }) => Array.isArray(online) && change((members) => {
          members.clear();
          for (const each of online as Member[]) members.set(each.userId, each);
        }),
        () => {}, // the joins must do
      );
    },
  });
  useEffect(() => () => setById(new Map()), [channel]);
  const members = useMemo(() => [...byId.values()], [byId]);
  const isOnline = useCallback((userId: string) => byId.has(userId), [byId]);
  return { members, isOnline };
}

// ---- drop-ins for the hooks of the platform: the same signatures, without their defects ----

export type ConnectionState = 'connecting' | 'connected' | 'disconnected' | 'error';

/** An envelope as pages write it. */
export interface WSMessage {
  type: string;
  payload?: Payload;
}

export interface WebSocketConfig {
  /** With the token in its query, or without, for a session cookie. */
  url: string;
  /** Taken for compatibility: coming back is paced by chance and never given up. */
  reconnectInterval?: number;
  /** As above. */
  maxReconnectAttempts?: number;
  heartbeatInterval?: number;
}

export interface UseWebSocketReturn {
  connectionState: ConnectionState;
  isConnected: boolean;
  error: Error | null;
  sendMessage: (message: WSMessage) => void;
  subscribe: (roomId?: string, groupId?: string) => void;
  unsubscribe: (roomId?: string, groupId?: string) => void;
  reconnect: () => void;
}

/** Worth nothing later, so never kept for later. */
const EPHEMERAL = ['TYPING', 'DM_TYPING', 'PING'];

/** A connection of its own. What it was subscribed to is taken up again after every loss. */
export function useWebSocket(config: WebSocketConfig, onMessage?: (message: Envelope) => void): UseWebSocketReturn {
  const { url, heartbeatInterval } = config;
  const client = useMemo(() => new GatewayClient({ url, heartbeatMillis: heartbeatInterval }), [url, heartbeatInterval]);
  const channels = useRef(new Map<string, { close(): void }>());
  const latest = useLatest(onMessage);
  const [refusal, setRefusal] = useState<Error | null>(null);
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

  const listen = useCallback(
    (isWanted: boolean, roomId?: string | null, groupId?: string | null) => {
      const channel = roomId ? `room:${roomId}` : groupId ? `group:${groupId}` : '';
      if (!channel || isWanted === channels.current.has(channel)) return;
      if (isWanted) channels.current.set(channel, client.subscribe(channel, { onError: setRefusal }));
      else {
        channels.current.get(channel)?.close();
        channels.current.delete(channel);
      }
    },
    [client],
  );
  const sendMessage = useCallback(
    ({ type, payload = {} }: WSMessage) => {
      if (type === 'SUBSCRIBE' || type === 'UNSUBSCRIBE') listen(type === 'SUBSCRIBE', payload.roomId, payload.groupId);
      else if (EPHEMERAL.includes(type)) client.send(type, payload);
      else client.command(type, payload).catch(setRefusal);
    },
    [client, listen],
  );
  const subscribe = useCallback((roomId?: string, groupId?: string) => listen(true, roomId, groupId), [listen]);
  const unsubscribe = useCallback((roomId?: string, groupId?: string) => listen(false, roomId, groupId), [listen]);
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

function connectionState({ state }: Status): ConnectionState {
  if (state === 'open') return 'connected';
  if (state === 'closed') return 'error';
  return state === 'connecting' ? 'connecting' : 'disconnected';
}

/** Who types in a room or group, for pages that route messages themselves. */
export function useTypingIndicator(
  roomId?: string | null,
  groupId?: string | null,
  sendMessage?: (message: WSMessage) => void,
): {
  typingUsers: TypingUser[];
  sendTypingStatus: (isTyping: boolean) => void;
  handleTypingMessage: (payload: { userId: string; userName?: string; isTyping: boolean }) => void;
} {
  const [typingUsers, handleTypingMessage] = useTypists();
  const sendTypingStatus = useTeller((isTyping) => {
    if (roomId || groupId) sendMessage?.({ type: 'TYPING', payload: { roomId, groupId, isTyping } });
  });
  return { typingUsers, sendTypingStatus, handleTypingMessage };
}

/** A set of users for pages that route messages themselves. */
export function useOnlineStatus(): {
  onlineUsers: Set<string>;
  isUserOnline: (userId: string) => boolean;
  handleUserJoined: (userId: string) => void;
  handleUserLeft: (userId: string) => void;
  setOnlineUsers: (users: string[]) => void;
} {
  const [onlineUsers, setAll] = useState<Set<string>>(() => new Set());
  const isUserOnline = useCallback((userId: string) => onlineUsers.has(userId), [onlineUsers]);
  const handleUserJoined = useCallback(
    (userId: string) => setAll((before) => (before.has(userId) ? before : new Set(before).add(userId))),
    [],
  );
  const handleUserLeft = useCallback(
    (userId: string) =>
      setAll((before) => (before.has(userId) ? new Set([...before].filter((each) => each !== userId)) : before)),
    [],
  );
  const setOnlineUsers = useCallback((users: string[]) => setAll(new Set(users)), []);
  return { onlineUsers, isUserOnline, handleUserJoined, handleUserLeft, setOnlineUsers };
}
