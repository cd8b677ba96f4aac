package io.velonx.gateway.loadtest.rolling;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.SplittableRandom;

/**
 * Ports of 127.0.0.1 that stay free while their owner is restarted: below those the system gives to
 * outgoing connections.
 *
 * <p>Threading: one thread at a time.
 */
final class Ports {
  private static final int FIRST = 20_000;
  private static final int COUNT = 10_000;

  private int next = new SplittableRandom().nextInt(COUNT);

  int free() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = FIRST + next;
      next = (next + 1) % COUNT;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
