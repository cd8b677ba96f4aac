package io.velonx.gateway.files;

import java.util.concurrent.CompletionStage;

/**
 * An upload under way. Its calls are carried out one after the other, in the order in which they
 * come. Threading: one thread at a time.
 *
 * <p>Fails: stages fail with {@link FileRefusedException}. Where going on makes no sense (a wrong
 * hash, a full disk) nothing is left of the upload then.
 */
public interface Part {
  FileInfo info();

  /** How much was there when the upload began or went on. */
  long offset();

  /** Appends a chunk. Ownership: takes the array. Completes with how much is there then. */
  CompletionStage<Long> write(long at, byte[] chunk);

  /** Checks that it is what was announced, and makes it a file that can be fetched. */
  CompletionStage<FileInfo> finish();

  /** Lets go of it; it can be resumed for some time. */
  void detach();

  /** Deletes it. */
  CompletionStage<Void> discard();
}
