/** What goes over the wire, and what it means. */
/** The members of an envelope depend on its type; back ends may send whatever they like. */
export type Payload = Record<string, any>;
export interface Envelope {
    type: string;
    payload: Payload;
    id?: string;
    /** With `epoch`, the place of a publication in the history of its channel. */
    offset?: number;
    epoch?: string;
}
/** A place in the history of a channel: everything up to it is known. */
export interface Position {
    epoch: string;
    offset: number;
}
/** What a close code asks for. */
export type Advice = 'stay-away' | 'at-once' | 'backoff';
/**
 * A command failed. `code` is one of the protocol's, or one of ours: `LOST` (the connection broke
 * before the answer came, nobody knows whether it was carried out), `TIMEOUT`, `QUEUE_FULL` or
 * `STOPPED`.
 */
export declare class GatewayError extends Error {
    readonly code: string;
    readonly retryable: boolean;
    readonly retryAfterMillis?: number | undefined;
    readonly name = "GatewayError";
    constructor(code: string, message: string, retryable?: boolean, retryAfterMillis?: number | undefined);
}
/** What a close code asks for; the hundred decides above 4000. */
export declare function adviceFor(code: number): Advice;
/** The channel a payload names, or undefined. An empty id counts as absent, and `roomId` wins. */
export declare function channelOf(payload: Payload): string | undefined;
/** How much may wait; what is more is refused with `QUEUE_FULL`. */
export interface CommandLimits {
    /** Commands that wait for a connection or an answer. */
    commands: number;
    /** UTF-16 units of them all. */
    chars: number;
}
/** Publications of this channel are lost to this page, or would be if they had not been told. */
export interface Gap {
    channel: string;
    /** Everything arrived after all. */
    recovered: boolean;
    /** How many publications that is, where it is known. */
    missed?: number;
    /** Why: `epoch`, `window`, `size`, `unavailable`, `off`, or `gap` when the gateway told of one. */
    reason: string;
}
/** What a page has to do with a channel: only `onMessage` is needed. */
export interface ChannelHandlers {
    /** Publications in order and each once, and typing and presence as they come. */
    onMessage?(envelope: Envelope): void;
    onGap?(gap: Gap): void;
    /** The subscription stands, also again after a loss; the answer is that of the gateway. */
    onLive?(answer: Payload): void;
    /** The gateway refuses; it is not tried again. */
    onError?(failure: GatewayError): void;
}
/** What happened to publications since the start. */
export interface Counters {
    /** Times that a subscription was taken up again at its place. */
    resumed: number;
    /** Publications that were caught up on then. */
    recovered: number;
    /** Publications that are lost to this page, as far as they can be counted. */
    missed: number;
    /** Times that some were, or may have been. */
    gaps: number;
    /** Publications that came twice; the second was dropped. */
    duplicated: number;
}
/**
 * `idle` before the start and after the stop, `waiting` between two tries, `closed` when the
 * gateway said not to come back.
 */
export type State = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
/** As much of a WebSocket as is needed. */
export interface SocketLike {
    onopen: ((event: never) => void) | null;
    onmessage: ((event: {
        data: unknown;
    }) => void) | null;
    onclose: ((event: {
        code: number;
        reason: string;
    }) => void) | null;
    send(text: string): void;
    close(code?: number, reason?: string): void;
}
/** What is told to this user, one at a time; it is acknowledged when the promise is kept. */
export type InboxHandler = (message: Envelope) => unknown;
export interface InboxOptions {
    /** A place of its own in the inbox; without one it is shared by all that name none. */
    device?: string;
    onGap?(gap: Payload): void;
    onError?(failure: GatewayError): void;
}
export interface ClientOptions {
    /** Where the gateway is, as `http` or `ws`; this page's own host and the usual path without it. */
    url?: string | URL;
    /**
     * Gives a token for each connection, and a new one when the gateway says that it runs out. No
     * token is the end; an error is tried again. Without this the cookies of the page must do.
     */
    token?: () => string | null | undefined | Promise<string | null | undefined>;
    /** Where the token goes: into the query, as ever, or where access logs do not see it. */
    tokenIn?: 'query' | 'subprotocol';
    /** Tabs with the same name here use one socket: put the id of the user into it. */
    share?: string;
    /** Where this module is served as a file of its own, if it is part of a bundle. */
    worker?: string | URL;
    /** How much may wait while there is no connection. */
    queue?: Partial<CommandLimits>;
    /** How long a command may take, waiting included. */
    timeoutMillis?: number;
    heartbeatMillis?: number;
    /** Opens the socket instead of `new WebSocket`. */
    socket?: (url: string, protocols: string[]) => SocketLike;
}
/** How the connection is; a new object after every change. */
export interface Status {
    readonly state: State;
    /** Why, in words for a developer. */
    readonly detail: string;
    /** Whom the gateway takes us for; undefined before the first connection. */
    readonly userId: string | undefined;
}
export interface Subscription {
    readonly channel: string;
    /** Up to where everything was received; undefined where no history is kept. */
    readonly position: Position | undefined;
    /** Stops listening; the channel is left with its last listener. */
    close(): void;
}
export type ClientEvents = {
    state: [status: Status];
    /** What came in and is no answer: publications once, and everything that belongs to no channel. */
    envelope: [envelope: Envelope];
    gap: [gap: Gap];
    /** What goes over the wire, for people to look at. */
    frame: [direction: 'sent' | 'received' | 'note', text: string];
};
/**
 * The connection of a page to the gateway. It stays up: whatever breaks it, it comes back unless
 * the gateway says not to, takes up every channel where it was, and counts what that cost.
 */
export declare class GatewayClient {
    #private;
    /** What happened to publications since the start. */
    readonly counters: Counters;
    /** Does nothing yet, so that it can be made anywhere, also on a server. */
    constructor(options?: ClientOptions);
    get status(): Status;
    /** Connects, or does not wait any longer for the next try. */
    start(): void;
    /** Ends the connection. Channels are kept, and taken up again by the next start. */
    stop(): void;
    /** Leaves this connection for a new one, also after the gateway said not to come back. */
    restart(): void;
    /** Makes sure, without waiting any longer, that the connection works. */
    wake(): void;
    /** Calls the listener until what is returned is called. */
    on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): () => void;
    /**
     * Listens to a channel, `room:…` or `group:…`, now and after every loss.
     *
     * @param since begins behind a place, as another subscription had it
     */
    subscribe(name: string, handlers: ChannelHandlers | ((envelope: Envelope) => void), since?: Position): Subscription;
    /** Sends what wants no answer and is worth nothing later. Returns whether it could be sent. */
    send(type: string, payload?: Payload): boolean;
    /**
     * Sends a command, now or when there is a connection. The promise settles once: with the payload
     * of the ACK, or with a {@link GatewayError}.
     */
    command(type: string, payload?: Payload, timeoutMillis?: number): Promise<Payload>;
    /** Reads the inbox of the user, until what is returned is called. There is one reader. */
    inbox(handler: InboxHandler, options?: InboxOptions): () => void;
    /** Gives the gateway a new token on this connection; done by itself when one runs out. */
    refresh(): Promise<Payload>;
}
