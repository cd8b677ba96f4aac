package io.velonx.gateway.files;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;

/** A file that is being read; goes on to exist for its reader when it is deleted meanwhile. */
public interface StoredFile {
  FileInfo info();

  /**
   * Reads octets from a place to the end of what the buffer has reserved.
   *
   * <p>Ownership: borrows the buffer until the stage completes, with how many there were; fewer
   * than asked for means that the file is damaged.
   */
  CompletionStage<Integer> read(long at, ByteBuf into, int length);

  /** Lets go of it. Threading: any thread; returns at once. */
  void close();
}
