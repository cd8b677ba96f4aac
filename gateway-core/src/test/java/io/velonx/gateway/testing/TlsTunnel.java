package io.velonx.gateway.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * TLS in front of a server that speaks none, with a certificate that nobody vouches for. Threading:
 * one thread at a time; two threads behind it for each connection.
 */
public final class TlsTunnel implements AutoCloseable {
  private static final char[] PASSWORD = "not a secret".toCharArray();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private final SSLServerSocket listener;
  private final URI target;

  private TlsTunnel(SSLServerSocket listener, URI target) {
    this.listener = listener;
    this.target = target;
  }

  /** A tunnel to the host and port of that URL. */
  public static TlsTunnel to(String url) {
    try {
      SSLServerSocket listener =
          (SSLServerSocket)
              context()
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      TlsTunnel tunnel = new TlsTunnel(listener, URI.create(url));
      tunnel.threads.execute(tunnel::accept);
      return tunnel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Clients that broke the handshake off. */
  public int refusedHandshakes() {
    return refused.get();
  }

  @Override
  public void close() {
    closeQuietly(listener);
    sockets.forEach(TlsTunnel::closeQuietly);
    threads.shutdownNow();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        SSLSocket client = (SSLSocket) listener.accept();
        threads.execute(() -> connect(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(SSLSocket client) {
    sockets.add(client);
    try {
      client.startHandshake();
      Socket server = new Socket(target.getHost(), target.getPort());
      sockets.add(server);
      threads.execute(() -> copy(server, client));
      copy(client, server);
    } catch (IOException brokenOff) {
      refused.incrementAndGet();
      closeQuietly(client);
    }
  }

  private void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] octets = new byte[8192];
      for (int read = in.read(octets); read >= 0; read = in.read(octets)) {
        out.write(octets, 0, read);
        out.flush();
      }
    } catch (IOException ended) {
      // Either side may end it.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static SSLContext context() throws IOException {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      Path directory = Files.createTempDirectory("tls-tunnel");
      Path file = directory.resolve("keys.p12");
      makeKeys(file);
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      } finally {
        Files.delete(file);
        Files.delete(directory);
      }
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A key and its own signature under it, by the tool that every JDK has. */
  private static void makeKeys(Path file) throws IOException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "tunnel",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException("keytool made no key");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception alreadyGone) {
      // Nothing to do about it.
    }
  }
}
