import type { SocketLike } from './client.js';
export interface UploadOptions {
    /** A room as `room:…` or a group as `group:…`; the sender must be allowed to publish there. */
    channel?: string;
    /** Or one user. */
    targetUserId?: string;
    /** The address of the gateway; that of the page when not given. */
    url?: string;
    /** Called for each connection; not needed where a session cookie logs in. */
    token?: () => Promise<string | null> | string | null;
    /** From 0 to 1, as it is stored. */
    onProgress?: (share: number) => void;
    /** Ends the upload; nothing is left of it on the server. */
    signal?: AbortSignal;
    /** Opens a socket, for tests. */
    socket?: (url: string) => SocketLike;
}
export interface Uploaded {
    fileId: string;
    /** On the host of the gateway. Whoever fetches it says who he is, as with the WebSocket. */
    url: string;
}
/**
 * Sends a file, over a connection of its own: what people write does not wait behind it. A
 * connection that is lost is replaced, and the upload goes on where it was.
 *
 * Rejects with a {@link GatewayError}: the code of the gateway, `ABORTED`, or `LOST` when it could
 * not be reached for long.
 */
export declare function upload(file: Blob & {
    name?: string;
}, options: UploadOptions): Promise<Uploaded>;
