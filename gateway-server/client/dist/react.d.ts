import type { ReactElement, ReactNode } from 'react';
import { GatewayClient, GatewayError } from './client.js';
import type { ClientOptions, Envelope, Gap, Payload, Status } from './client.js';
export type GatewayProviderProps = (ClientOptions & {
    client?: undefined;
}) | {
    client: GatewayClient;
};
/**
 * Keeps a connection for everything below: a client of your own, or one made with these options.
 * Callbacks may be written inline; another `url` or `share` makes another connection.
 */
export declare function GatewayProvider(props: GatewayProviderProps & {
    children?: ReactNode;
}): ReactElement;
/** The client of the provider around. */
export declare function useGateway(): GatewayClient;
/** How the connection is; renders anew when that changes. */
export declare function useGatewayState(): Status & {
    isConnected: boolean;
    reconnect: () => void;
};
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
export declare function useChannel(channel: string | null | undefined, onMessage?: (envelope: Envelope) => void): UseChannel;
export interface TypingUser {
    userId: string;
    userName: string;
}
/** Who else types in a channel, and what to call on every key. */
export declare function useTyping(channel: string | null | undefined): {
    typingUsers: TypingUser[];
    setTyping: (isTyping: boolean) => void;
};
export interface Member {
    userId: string;
    userName: string;
    status?: string;
}
/** Who is online in a channel, as far as the gateway tells. */
export declare function usePresence(channel: string | null | undefined): {
    members: Member[];
    isOnline: (userId: string) => boolean;
};
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
/** A connection of its own. What it was subscribed to is taken up again after every loss. */
export declare function useWebSocket(config: WebSocketConfig, onMessage?: (message: Envelope) => void): UseWebSocketReturn;
/** Who types in a room or group, for pages that route messages themselves. */
export declare function useTypingIndicator(roomId?: string | null, groupId?: string | null, sendMessage?: (message: WSMessage) => void): {
    typingUsers: TypingUser[];
    sendTypingStatus: (isTyping: boolean) => void;
    handleTypingMessage: (payload: {
        userId: string;
        userName?: string;
        isTyping: boolean;
    }) => void;
};
/** A set of users for pages that route messages themselves. */
export declare function useOnlineStatus(): {
    onlineUsers: Set<string>;
    isUserOnline: (userId: string) => boolean;
    handleUserJoined: (userId: string) => void;
    handleUserLeft: (userId: string) => void;
    setOnlineUsers: (users: string[]) => void;
};
