package io.velonx.gateway.files;

import io.velonx.gateway.files.FileRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An upload into a directory. Threading: any thread calls; the work is done on the threads of the
 * store, one call after the other.
 */
final class DirectoryPart implements Part {
  private final DirectoryFileStore store;
  private final FileInfo info;
  private final MessageDigest digest = sha256();

  /** The last of the calls that wait. */
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  // Threads of the store only.
  private @Nullable FileChannel file;
  private long written;
  private FileRefusedException end = FileRefusedException.unknown();

  private volatile long offset;

  DirectoryPart(DirectoryFileStore store, FileInfo info) {
    this.store = store;
    this.info = info;
  }

  @Override
  public FileInfo info() {
    return info;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public CompletionStage<Long> write(long at, byte[] chunk) {
    return enqueue(() -> append(at, chunk));
  }

  @Override
  public CompletionStage<FileInfo> finish() {
    return enqueue(this::complete);
  }

  @Override
  public void detach() {
    letGo();
  }

  @Override
  public CompletionStage<Void> discard() {
    return enqueue(
        () -> {
          delete();
          return null;
        });
  }

  /** Completes when nothing of it is open. */
  CompletableFuture<Void> letGo() {
    return enqueue(
        () -> {
          close();
          return null;
        });
  }

  /** Makes the files of a new upload. Threading: a thread of the store. */
  void create() throws IOException {
    file =
        FileChannel.open(
            store.partOf(info.id()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    lock(file);
    Sidecar.write(store.sidecarOf(info.id()), info);
  }

  /** Reads again what is there. Threading: a thread of the store. */
  void reopen() throws IOException {
    try {
      file =
          FileChannel.open(
              store.partOf(info.id()), StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException gone) {
      throw FileRefusedException.unknown();
    }
    lock(file);
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    while (file.read(buffer, written) > 0) {
      buffer.flip();
      written += buffer.remaining();
      digest.update(buffer);
      buffer.clear();
    }
    if (written > info.size()) {
      throw FileRefusedException.unknown();
    }
    offset = written;
  }

  /** Closes what is open. Threading: a thread of the store. */
  void close() {
    FileChannel open = file;
    file = null;
    store.closed(this);
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        store.log("closing an upload failed", e);
      }
    }
  }

  private Long append(long at, byte[] chunk) throws IOException {
    FileChannel open = requireOpen();
    if (at != written || chunk.length > info.size() - written) {
      throw new FileRefusedException(Reason.CHUNK, "chunk: expected the one at " + written);
    }
    if (at == 0 && !ContentCheck.fits(info.contentType(), chunk)) {
      throw deleted(
          new FileRefusedException(
              Reason.CONTENT, "contentType: what was sent is no " + info.contentType()));
    }
    ByteBuffer octets = ByteBuffer.wrap(chunk);
    try {
      while (octets.hasRemaining()) {
        written += open.write(octets, written);
      }
    } catch (IOException e) {
      // A full disk is helped by giving back what is there.
      deleted(FileRefusedException.storage());
      throw e;
    }
    digest.update(chunk);
    return written;
  }

  private FileInfo complete() throws IOException {
    FileChannel open = requireOpen();
    if (written != info.size()) {
      throw new FileRefusedException(
          Reason.CHUNK, "size: " + written + " of " + info.size() + " octets have come");
    }
    String hash = HexFormat.of().formatHex(digest.digest());
    if (!hash.equals(info.sha256())) {
      throw deleted(
          new FileRefusedException(
              Reason.HASH, "sha256: expected " + info.sha256() + ", what was sent has " + hash));
    }
    try {
      open.force(false);
      store.publish(info.id());
    } catch (IOException e) {
      deleted(FileRefusedException.storage());
      throw e;
    }
    close();
    return info;
  }

  private void delete() {
    close();
    store.forget(info.id());
  }

  /** Leaves nothing of it, and tells whoever goes on with it why. */
  private FileRefusedException deleted(FileRefusedException why) {
    delete();
    end = why;
    return why;
  }

  private FileChannel requireOpen() {
    FileChannel open = file;
    if (open == null) {
      throw end;
    }
    return open;
  }

  /** Nobody else writes to it, also on no other node that shares the directory. */
  private static void lock(FileChannel file) throws IOException {
    boolean locked;
    try {
      locked = file.tryLock() != null;
    } catch (OverlappingFileLockException otherNodeOfThisProcess) {
      locked = false;
    }
    if (!locked) {
      throw new FileRefusedException(
          Reason.STORAGE, "another node still holds this upload; try again");
    }
  }

  private synchronized <T> CompletableFuture<T> enqueue(Callable<T> work) {
    CompletableFuture<T> next =
        last.handleAsync((before, failure) -> store.guarded(work), store.executor());
    last = next;
    return next;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }
}
