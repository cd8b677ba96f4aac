package io.velonx.gateway.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.files.FileRefusedException.Reason;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.FileUpload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DirectoryFileStoreTest {
  private static final byte[] TEXT = "some text".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  private final List<DirectoryFileStore> stores = new ArrayList<>();

  @AfterEach
  void close() {
    stores.forEach(DirectoryFileStore::close);
  }

  @Test
  void newStoreKnowsWhatIsThere() {
    String id = put(store(), info());
    DirectoryFileStore store = store();
    assertEquals(0, store.storedBytes());
    done(store.sweep());
    assertEquals(TEXT.length + Ledger.OVERHEAD, store.storedBytes());
    FileInfo found = done(store.find(id));
    assertNotNull(found);
    assertEquals("anna", found.ownerId());
    assertEquals(ChannelName.room("a"), found.channel());
  }

  @Test
  void whatAnotherNodeDeletedCountsNoMore() {
    DirectoryFileStore one = store();
    DirectoryFileStore two = store();
    String id = put(one, info());
    done(two.sweep());
    assertEquals(one.storedBytes(), two.storedBytes());
    assertTrue(done(two.delete(id)));
    assertEquals(List.of(), names());
    done(one.sweep());
    assertEquals(0, one.storedBytes());
  }

  @Test
  void uploadIsHeldByOneNodeAtATime() {
    DirectoryFileStore one = store();
    DirectoryFileStore two = store();
    FileInfo info = info();
    Part part = done(one.begin(info));
    assertEquals(Reason.STORAGE, refused(two.resume(info.id(), "anna")));
    part.detach();
    // The calls of a part are carried out in their order, so it is closed when this is answered.
    assertEquals(Reason.UNKNOWN, refused(part.finish()));
    assertEquals(0, done(two.resume(info.id(), "anna")).offset());
  }

  @Test
  void fileIsKeptForItsTimeAndNoLonger() throws IOException {
    DirectoryFileStore store = store(Duration.ofDays(30));
    String id = put(store, info());
    age(Duration.ofDays(29));
    done(store.sweep());
    assertNotNull(done(store.find(id)));
    age(Duration.ofDays(31));
    done(store.sweep());
    assertNull(done(store.find(id)));
    assertEquals(List.of(), names());
    assertEquals(0, store.storedBytes());
  }

  @Test
  void whatACrashLeftIsSweptAndWhatIsNotOursStays() throws IOException {
    String id = FileInfo.newId();
    Files.writeString(directory.resolve(id + ".json"), "{\"ownerId\":\"an");
    Files.writeString(directory.resolve(FileInfo.newId() + ".part"), "x");
    Files.writeString(directory.resolve(FileInfo.newId() + ".data"), "x");
    Files.writeString(directory.resolve("notes.json"), "{}");
    DirectoryFileStore store = store();
    done(store.sweep());
    assertEquals(4, names().size());
    age(Duration.ofHours(1));
    done(store.sweep());
    assertEquals(List.of("notes.json"), names());
  }

  @Test
  void totalIsLimitedWhoeverStores() {
    DirectoryFileStore store =
        keep(
            new DirectoryFileStore(
                directory,
                new FileLimits(
                    100,
                    Set.of("text/plain"),
                    100_000,
                    5_000,
                    4,
                    Duration.ofMinutes(1),
                    Duration.ZERO),
                Clock.systemUTC()));
    put(store, info());
    assertEquals(Reason.TOTAL, refused(store.begin(info())));
  }

  @Test
  void fileIsFoundOnlyOnceItIsWhole() {
    DirectoryFileStore store = store();
    FileInfo info = info();
    Part part = done(store.begin(info));
    done(part.write(0, TEXT));
    assertNull(done(store.find(info.id())));
    assertNull(done(store.open(info.id())));
    assertEquals(false, done(store.delete(info.id())));
    done(part.finish());
    assertNotNull(done(store.find(info.id())));
    assertEquals(0, store.uploads());
  }

  @Test
  void everyTypeWithASignatureIsToldFromAPage() {
    byte[] page = "<html>".getBytes(StandardCharsets.UTF_8);
    for (String type : FileLimits.DEFAULT.types()) {
      assertEquals(type.equals("text/plain"), ContentCheck.fits(type, page), type);
    }
    byte[] webp = "RIFF1234WEBPVP8 ".getBytes(StandardCharsets.UTF_8);
    assertTrue(ContentCheck.fits("image/webp", webp));
    assertTrue(ContentCheck.fits("application/pdf", "%PDF-1.7".getBytes(StandardCharsets.UTF_8)));
    assertEquals(false, ContentCheck.fits("text/plain", new byte[] {'a', 0}));
    assertTrue(ContentCheck.fits("audio/x-unheard-of", page));
  }

  private DirectoryFileStore store() {
    return store(Duration.ZERO);
  }

  private DirectoryFileStore store(Duration keep) {
    FileLimits limits =
        new FileLimits(
            100, Set.of("text/plain"), 100_000, 1_000_000, 4, Duration.ofMinutes(1), keep);
    return keep(new DirectoryFileStore(directory, limits, Clock.systemUTC()));
  }

  private DirectoryFileStore keep(DirectoryFileStore store) {
    stores.add(store);
    return store;
  }

  private static FileInfo info() {
    return new FileInfo(
        FileInfo.newId(),
        "anna",
        "x.txt",
        "text/plain",
        TEXT.length,
        FileUpload.sha256(TEXT),
        ChannelName.room("a"),
        null);
  }

  private static String put(DirectoryFileStore store, FileInfo info) {
    Part part = done(store.begin(info));
    assertEquals(TEXT.length, done(part.write(0, TEXT)));
    return done(part.finish()).id();
  }

  private static <T extends @Nullable Object> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Reason refused(CompletionStage<?> stage) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    return FileRefusedException.of(failure).reason();
  }

  /** Makes everything in the directory that old. */
  private void age(Duration age) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
      }
    }
  }

  private List<String> names() {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
