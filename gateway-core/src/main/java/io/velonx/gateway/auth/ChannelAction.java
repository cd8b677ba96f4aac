package io.velonx.gateway.auth;

import java.util.Locale;

/** What somebody may want to do in a channel. */
public enum ChannelAction {
  /** Hear what is published, and make up for what was missed while away. */
  SUBSCRIBE(1),
  /** Publish, where clients publish at all. */
  PUBLISH(2),
  /** See who else is there. */
  PRESENCE(4),
  /** Read what was published before. */
  HISTORY(8);

  private final int mask;

  ChannelAction(int mask) {
    this.mask = mask;
  }

  /** One bit of its own, to keep several of them in one number. */
  int mask() {
    return mask;
  }

  /** As it is written in tokens, settings and hooks. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
