package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.Position;
import java.util.List;

/**
 * A part of a log, and where the log stands.
 *
 * @param epoch that of the log
 * @param tip the offset of the newest entry; 0 when there never was one
 * @param first the offset of the first entry in this slice, when it has any
 * @param oldest the offset of the oldest entry still kept; beyond the tip when none is
 * @param entries in order, each as it was published, with its place in it
 */
public record LogSlice(String epoch, long tip, long first, long oldest, List<byte[]> entries) {
  public LogSlice {
    entries = List.copyOf(entries);
  }

  public Position end() {
    return new Position(epoch, tip);
  }
}
