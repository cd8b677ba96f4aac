package io.velonx.gateway.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What this build is called. */
public final class Version {
  private static final String TEXT = read();

  private Version() {}

  /** The version of the project, as {@code 1.0.0}. */
  public static String text() {
    return TEXT;
  }

  /** The virtual machine it runs on, as {@code 17.0.15 (Debian)}. */
  public static String java() {
    return Runtime.version() + " (" + System.getProperty("java.vendor", "unknown") + ")";
  }

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      // Said below.
    }
    return properties.getProperty("version", "unknown");
  }
}
