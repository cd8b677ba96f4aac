package io.velonx.gateway.files;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.velonx.gateway.files.FileRefusedException.Reason;
import io.velonx.gateway.metrics.LogThrottle;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files in a directory, which several nodes may share: {@code ID.json} tells of a file, {@code
 * ID.part} is what came of it so far, {@code ID.data} is the whole. Names on disk are ours alone.
 *
 * <p>Threading: any thread; a few threads of its own do the work. What waits for them is bounded by
 * the windows of the uploads, and by a limit for everything else.
 */
public final class DirectoryFileStore implements FileStore {
  private static final Logger log = LoggerFactory.getLogger(DirectoryFileStore.class);

  /** A disk does little more at once; and a network volume that hangs costs no more than these. */
  private static final int THREADS = 4;

  /** Requests that wait for a thread; beyond it the disk is too slow to promise anything. */
  private static final int MAX_WAITING = 1024;

  /** Files being read; each takes a descriptor beside that of its socket. */
  private static final int MAX_READERS = 512;

  private static final String SIDECAR = ".json";
  private static final String PART = ".part";
  private static final String DATA = ".data";

  private final Path directory;
  private final FileLimits limits;
  private final Clock clock;
  private final Ledger ledger;
  private final ConcurrentHashMap<String, DirectoryPart> open = new ConcurrentHashMap<>();
  private final AtomicInteger readers = new AtomicInteger();
  private final LogThrottle failures = new LogThrottle();
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("gateway-files", true));

  private CompletableFuture<Void> sweeping = CompletableFuture.completedFuture(null);

  /**
   * @param directory made when it is not there
   */
  public DirectoryFileStore(Path directory, FileLimits limits, Clock clock) {
    this.directory = directory;
    this.limits = limits;
    this.clock = clock;
    ledger = new Ledger(limits);
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public FileLimits limits() {
    return limits;
  }

  @Override
  public CompletionStage<Part> begin(FileInfo info) {
    DirectoryPart part = new DirectoryPart(this, info);
    return submit(
        () -> {
          ledger.reserve(info);
          try {
            enter(part);
            Files.createDirectories(directory);
            part.create();
          } catch (IOException | RuntimeException e) {
            part.close();
            forget(info.id());
            throw e;
          }
          return part;
        });
  }

  @Override
  public CompletionStage<Part> resume(String id, String ownerId) {
    DirectoryPart holder = open.get(id);
    CompletionStage<Void> free =
        holder != null && holder.info().ownerId().equals(ownerId)
            ? holder.letGo()
            : CompletableFuture.completedStage(null);
    return free.thenCompose(done -> submit(() -> reopen(id, ownerId)));
  }

  @Override
  public CompletionStage<@Nullable FileInfo> find(String id) {
    return submit(() -> Files.exists(dataOf(id)) ? Sidecar.read(sidecarOf(id), id) : null);
  }

  @Override
  public CompletionStage<@Nullable StoredFile> open(String id) {
    return submit(
        () -> {
          FileInfo info = Sidecar.read(sidecarOf(id), id);
          if (readers.get() >= MAX_READERS) {
            throw FileRefusedException.storage();
          }
          try {
            return info == null
                ? null
                : new Reader(info, FileChannel.open(dataOf(id), StandardOpenOption.READ));
          } catch (NoSuchFileException notWhole) {
            return null;
          }
        });
  }

  @Override
  public CompletionStage<Boolean> delete(String id) {
    return submit(
        () -> {
          boolean whole = Files.exists(dataOf(id));
          if (whole) {
            forget(id);
          }
          return whole;
        });
  }

  @Override
  public synchronized CompletionStage<Void> sweep() {
    // A slow disk is not helped by a second one at once.
    if (sweeping.isDone()) {
      sweeping =
          submit(
              () -> {
                sweepNow();
                return null;
              });
    }
    return sweeping;
  }

  @Override
  public long storedBytes() {
    return ledger.bytes();
  }

  @Override
  public int uploads() {
    return open.size();
  }

  @Override
  public int readers() {
    return readers.get();
  }

  @Override
  public void close() {
    open.values().forEach(DirectoryPart::letGo);
    executor.shutdown();
  }

  Executor executor() {
    return executor;
  }

  Path partOf(String id) {
    return directory.resolve(id + PART);
  }

  Path sidecarOf(String id) {
    return directory.resolve(id + SIDECAR);
  }

  private Path dataOf(String id) {
    return directory.resolve(id + DATA);
  }

  /** A part that is closed holds no place any more. */
  void closed(DirectoryPart part) {
    open.remove(part.info().id(), part);
  }

  /** A part is whole. */
  void publish(String id) throws IOException {
    Files.move(partOf(id), dataOf(id), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Leaves nothing of a file. */
  void forget(String id) {
    // In this order nothing can be found half deleted.
    for (Path path : new Path[] {sidecarOf(id), partOf(id), dataOf(id)}) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        log("deleting a file failed", e);
      }
    }
    ledger.remove(id);
  }

  void log(String what, Exception failure) {
    if (failures.mayLog()) {
      log.warn("{} directory={} suppressed={}", what, directory, failures.suppressed(), failure);
    }
  }

  /** Does it, and says in the words of the interface what was wrong. */
  <T> T guarded(Callable<T> work) {
    try {
      return work.call();
    } catch (FileRefusedException refused) {
      throw refused;
    } catch (Exception e) {
      log("the file storage failed", e);
      throw FileRefusedException.storage();
    }
  }

  private <T> CompletableFuture<T> submit(Callable<T> work) {
    return executor.isShutdown() || executor.getQueue().size() > MAX_WAITING
        ? CompletableFuture.failedFuture(FileRefusedException.storage())
        : CompletableFuture.supplyAsync(() -> guarded(work), executor);
  }

  private Part reopen(String id, String ownerId) throws IOException {
    FileInfo info = Sidecar.read(sidecarOf(id), id);
    if (info == null || !info.ownerId().equals(ownerId)) {
      throw FileRefusedException.unknown();
    }
    DirectoryPart part = new DirectoryPart(this, info);
    enter(part);
    try {
      part.reopen();
    } catch (IOException | RuntimeException e) {
      part.close();
      throw e;
    }
    ledger.add(info);
    return part;
  }

  /** Counts an upload in. Fails: {@link FileRefusedException} when it is one too many. */
  private void enter(DirectoryPart part) {
    FileInfo info = part.info();
    synchronized (open) {
      long own =
          open.values().stream()
              .filter(each -> each.info().ownerId().equals(info.ownerId()))
              .count();
      if (own >= FileLimits.UPLOADS_PER_USER) {
        throw new FileRefusedException(
            Reason.UPLOADS, "uploads at once of one user: at most " + FileLimits.UPLOADS_PER_USER);
      }
      if (open.size() >= limits.maxUploads()) {
        throw new FileRefusedException(
            Reason.UPLOADS, "uploads at once of this node: at most " + limits.maxUploads());
      }
      if (open.putIfAbsent(info.id(), part) != null) {
        throw new FileRefusedException(
            Reason.STORAGE, "another connection holds this upload; try again");
      }
    }
  }

  private void sweepNow() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Set<String> known = ledger.ids();
    Map<String, Set<String>> found = new HashMap<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        String id = idOf(path);
        if (id != null) {
          String end = path.getFileName().toString().substring(id.length());
          found.computeIfAbsent(id, first -> new HashSet<>(2)).add(end);
        }
      }
    }
    for (Map.Entry<String, Set<String>> each : found.entrySet()) {
      if (!open.containsKey(each.getKey())) {
        look(each.getKey(), each.getValue());
      }
    }
    for (String id : known) {
      if (!found.containsKey(id) && !open.containsKey(id)) {
        ledger.remove(id);
      }
    }
  }

  /** Deletes what is due of one file, or counts it. Costs nothing for most of them. */
  private void look(String id, Set<String> ends) throws IOException {
    boolean whole = ends.contains(SIDECAR) && ends.contains(DATA);
    Duration most = whole ? limits.keep() : limits.resume();
    if (!most.isZero() && ageOf(id).compareTo(most) > 0) {
      log.debug("deleting what is due file={} whole={}", id, whole);
      forget(id);
    } else if (!ledger.knows(id)) {
      FileInfo info = Sidecar.read(sidecarOf(id), id);
      if (info != null) {
        ledger.add(info);
      }
    }
  }

  /** Since something of it was written last. */
  private Duration ageOf(String id) throws IOException {
    long newest = 0;
    for (Path path : new Path[] {sidecarOf(id), partOf(id), dataOf(id)}) {
      try {
        newest = Math.max(newest, Files.getLastModifiedTime(path).toMillis());
      } catch (NoSuchFileException notThere) {
        // One of the others is.
      }
    }
    return Duration.ofMillis(clock.millis() - newest);
  }

  /** Null for what is not ours. */
  private static @Nullable String idOf(Path path) {
    String name = path.getFileName().toString();
    int dot = name.indexOf('.');
    String id = dot < 0 ? "" : name.substring(0, dot);
    String end = dot < 0 ? "" : name.substring(dot);
    boolean ours = end.equals(SIDECAR) || end.equals(PART) || end.equals(DATA);
    return ours && FileInfo.isId(id) ? id : null;
  }

  private final class Reader implements StoredFile {
    private final FileInfo info;
    private final FileChannel file;

    private Reader(FileInfo info, FileChannel file) {
      this.info = info;
      this.file = file;
      readers.incrementAndGet();
    }

    @Override
    public FileInfo info() {
      return info;
    }

    @Override
    public CompletionStage<Integer> read(long at, ByteBuf into, int length) {
      return submit(
          () -> {
            int read = 0;
            while (read < length) {
              int more = into.writeBytes(file, at + read, length - read);
              if (more <= 0) {
                break;
              }
              read += more;
            }
            return read;
          });
    }

    @Override
    public synchronized void close() {
      if (!file.isOpen()) {
        return;
      }
      readers.decrementAndGet();
      try {
        file.close();
      } catch (IOException e) {
        log("closing a file failed", e);
      }
    }
  }
}
