package io.velonx.gateway.loadtest.dialect;

/**
 * What the variables of a template stand for at the moment.
 *
 * <p>Threading: one thread at a time; filled in anew for every rendering.
 */
public final class Values {
  private static final byte[] NOTHING = {};

  public long connection;
  public long user;
  public long room;
  public long slot = 1;
  public long sequence;
  public byte[] token = NOTHING;
  public byte[] marker = NOTHING;
  public byte[] body = NOTHING;
  public byte[] offset = NOTHING;
  public byte[] epoch = NOTHING;
  int padding;

  /** The number a variable stands for; -1 for one that is text. */
  long number(Variable variable) {
    return switch (variable) {
      case CONNECTION -> connection;
      case USER -> user;
      case ROOM -> room;
      case SLOT -> slot;
      case SEQUENCE -> sequence;
      case LENGTH -> body.length;
      case TOKEN, MARKER, PADDING, BODY, OFFSET, EPOCH -> -1;
    };
  }

  /** The text a variable stands for; empty for padding and numbers. */
  byte[] text(Variable variable) {
    return switch (variable) {
      case TOKEN -> token;
      case MARKER -> marker;
      case BODY -> body;
      case OFFSET -> offset;
      case EPOCH -> epoch;
      case CONNECTION, USER, ROOM, SLOT, SEQUENCE, LENGTH, PADDING -> NOTHING;
    };
  }
}
