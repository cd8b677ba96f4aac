package io.velonx.gateway.loadtest.rolling;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Asks processes whether they are there. Threading: any thread; blocks. */
final class Probe {
  private static final int PATIENCE_MILLIS = 1_000;
  private static final int INTERVAL_MILLIS = 50;

  private Probe() {}

  static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isReady(int port) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + port + "/ready");
      HttpURLConnection asked = (HttpURLConnection) uri.toURL().openConnection();
      asked.setConnectTimeout(PATIENCE_MILLIS);
      asked.setReadTimeout(PATIENCE_MILLIS);
      int status = asked.getResponseCode();
      asked.disconnect();
      return status == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether that came true in time. */
  static boolean await(long withinMillis, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      pause(INTERVAL_MILLIS);
    }
    return true;
  }

  static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
