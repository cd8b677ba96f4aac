package io.velonx.gateway.loadtest.dialect;

/** A step of an opening script. */
public sealed interface Step {
  /** Sends a frame; once for each room of the connection when it names {@code room} or slot. */
  record Send(FrameTemplate frame) implements Step {
    public boolean isPerRoom() {
      return frame.names(Variable.ROOM) || frame.names(Variable.SLOT);
    }
  }

  /**
   * Waits until the text was received; as often as the step before it sent frames.
   *
   * <p>Occurrences are counted, not messages, because some servers put several answers into one.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Expect(byte[] text) implements Step {}

  /** Fails: {@link IllegalArgumentException}. */
  static Step parse(String text) {
    if (text.startsWith("send ")) {
      return new Send(FrameTemplate.parse(text.substring(5).strip()));
    }
    if (text.startsWith("expect ")) {
      return new Expect(Template.octets(text.substring(7).strip()));
    }
    throw new IllegalArgumentException("step: " + text + " (expected: send FRAME or expect TEXT)");
  }
}
