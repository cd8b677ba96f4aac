package io.velonx.gateway.files;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where files are kept. Threading: any thread; nothing here blocks.
 *
 * <p>Fails: stages fail with {@link FileRefusedException}, and with nothing else.
 */
public interface FileStore {
  FileLimits limits();

  /** Makes room for a file, within the limits. */
  CompletionStage<Part> begin(FileInfo info);

  /** Goes on with an upload; whoever still held it holds it no more. */
  CompletionStage<Part> resume(String id, String ownerId);

  /** What is known of a whole file, or null when there is none. */
  CompletionStage<@Nullable FileInfo> find(String id);

  /** A whole file to read, which the caller closes; or null when there is none. */
  CompletionStage<@Nullable StoredFile> open(String id);

  /** Deletes a whole file; returns whether it was there. */
  CompletionStage<Boolean> delete(String id);

  /** Deletes what is due, and counts anew what is there. */
  CompletionStage<Void> sweep();

  /** Octets that are stored or promised to uploads. */
  long storedBytes();

  /** Uploads under way on this node. */
  int uploads();

  /** Files being read on this node. */
  int readers();

  /** Ends the threads of the store; uploads under way can be resumed elsewhere. */
  void close();
}
