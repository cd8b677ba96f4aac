package io.velonx.gateway.server.api;

import java.util.Locale;

/** What an API key is good for. */
public enum Role {
  /** Asks. */
  READ,
  /** Publishes, to channels and to users. */
  PUBLISH,
  /** Everything: also kicks, takes out of channels, drains. */
  ADMIN;

  /** As it is written in settings. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
