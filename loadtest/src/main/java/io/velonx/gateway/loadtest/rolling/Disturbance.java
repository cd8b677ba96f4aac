package io.velonx.gateway.loadtest.rolling;

/**
 * What one disturbance did to the clients.
 *
 * @param moved clients that lost their connection
 * @param backMillis from its beginning until the last of them was whole again; 0 when none moved
 * @param silenceMillis the longest time between two publications that a client saw in a room
 * @param tookMillis until everything that serves was ready again
 */
public record Disturbance(
    String name, int moved, long backMillis, long silenceMillis, long tookMillis) {}
