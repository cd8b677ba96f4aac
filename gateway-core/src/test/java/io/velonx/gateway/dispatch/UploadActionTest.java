package io.velonx.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.files.FileInfo;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.files.Part;
import io.velonx.gateway.files.StoredFile;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.testing.FileUpload;
import io.velonx.gateway.testing.TestConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uploads, with a store that answers when the test says so, and time that it moves. */
class UploadActionTest {
  private static final int CHUNK = 100;

  private final TestConnection page = new TestConnection(1, "anna");
  private final HeldStore store = new HeldStore();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final UploadAction uploads =
      new UploadAction(
          store,
          CHUNK + UploadAction.HEADER_BYTES,
          ClientPublishing.everywhere(ClientPublishing.Policy.RELAY),
          new PublishingBudgets(Rate.UNLIMITED, new LocalBackplane()),
          new ChannelAccess(ChannelAuthorizer.OPEN, PublishHook.NOBODY, GatewayEvent.Sink.NONE),
          new Replies(metrics),
          metrics);

  @BeforeEach
  void stopTheClock() {
    page.channel().freezeTime();
  }

  @AfterEach
  void close() {
    uploads.closed(page.connection());
    page.close();
  }

  @Test
  void uploadThatNothingComesForIsLetGoAndCanBeResumed() {
    begin();
    pass(60);
    pass(59);
    assertEquals(List.of(), page.takeTexts());
    pass(1);
    String failed = String.join("", page.takeTexts());
    assertTrue(failed.contains("nothing came for 60 s; resume it"), failed);
    assertTrue(failed.contains("\"resumable\":true"), failed);
    assertEquals(List.of("begin", "detach"), store.calls);
    assertEquals(UploadAction.Chunk.STRAY, send(1, 0));
  }

  @Test
  void slowUploadIsNotLetGo() {
    begin();
    for (int i = 0; i < 5; i++) {
      pass(59);
      send(1, (long) i * CHUNK);
      store.stored();
    }
    assertTrue(page.takeTexts().stream().allMatch(text -> text.contains("UPLOAD_PROGRESS")));
  }

  @Test
  void whoSendsMoreThanTheWindowAheadOfASlowDiskIsStopped() {
    begin();
    for (int i = 0; i < 8; i++) {
      assertEquals(UploadAction.Chunk.TAKEN, send(1, (long) i * CHUNK));
    }
    assertEquals(List.of(), page.takeTexts());
    send(1, 8L * CHUNK);
    String failed = String.join("", page.takeTexts());
    assertTrue(failed.contains("at most 800 octets ahead of what is stored"), failed);
    assertEquals(8, store.writes.size(), "no more is held in memory");
  }

  @Test
  void uploadWhoseConnectionEndsBeforeItBeganLeavesNothing() {
    store.holdBegin = true;
    ask();
    page.connection().markGone();
    uploads.closed(page.connection());
    store.begun();
    page.takeTexts();
    assertEquals(List.of("begin", "discard"), store.calls);
  }

  @Test
  void connectionThatNeverUploadsHasNoState() {
    assertEquals(UploadAction.Chunk.UNEXPECTED, send(1, 0));
  }

  private void begin() {
    ask();
    String begun = String.join("", page.takeTexts());
    assertTrue(begun.contains("\"chunkBytes\":100,\"windowBytes\":800,\"offset\":0"), begun);
  }

  private void ask() {
    uploads.begin(
        page.connection(),
        new Command.UploadBegin("1", "x.txt", "text/plain", 10_000, "0".repeat(64), null, "bert"));
  }

  private UploadAction.Chunk send(int number, long at) {
    ByteBuf frame = Unpooled.wrappedBuffer(FileUpload.frame(number, at, new byte[CHUNK]));
    return uploads.chunk(page.connection(), frame);
  }

  private void pass(long seconds) {
    page.channel().advanceTimeBy(seconds, TimeUnit.SECONDS);
    page.channel().runScheduledPendingTasks();
    page.channel().runPendingTasks();
  }

  private static final class HeldStore implements FileStore, Part {
    private final List<String> calls = new ArrayList<>();
    private final List<CompletableFuture<Long>> writes = new ArrayList<>();
    private final CompletableFuture<Part> beginning = new CompletableFuture<>();
    private boolean holdBegin;
    private @Nullable FileInfo info;
    private long offset;

    void begun() {
      beginning.complete(this);
    }

    /** Stores what waits. */
    void stored() {
      writes.forEach(write -> write.complete(offset));
      writes.clear();
    }

    @Override
    public FileLimits limits() {
      return FileLimits.DEFAULT;
    }

    @Override
    public CompletionStage<Part> begin(FileInfo begun) {
      calls.add("begin");
      info = begun;
      return holdBegin ? beginning : CompletableFuture.completedFuture(this);
    }

    @Override
    public FileInfo info() {
      return Objects.requireNonNull(info);
    }

    @Override
    public long offset() {
      return 0;
    }

    @Override
    public CompletionStage<Long> write(long at, byte[] chunk) {
      offset = at + chunk.length;
      CompletableFuture<Long> write = new CompletableFuture<>();
      writes.add(write);
      return write;
    }

    @Override
    public void detach() {
      calls.add("detach");
    }

    @Override
    public CompletionStage<Void> discard() {
      calls.add("discard");
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<FileInfo> finish() {
      throw new AssertionError("not asked for here");
    }

    @Override
    public CompletionStage<Part> resume(String id, String ownerId) {
      throw new AssertionError("not asked for here");
    }

    @Override
    public CompletionStage<@Nullable FileInfo> find(String id) {
      throw new AssertionError("not asked for here");
    }

    @Override
    public CompletionStage<@Nullable StoredFile> open(String id) {
      throw new AssertionError("not asked for here");
    }

    @Override
    public CompletionStage<Boolean> delete(String id) {
      throw new AssertionError("not asked for here");
    }

    @Override
    public CompletionStage<Void> sweep() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public int uploads() {
      return 0;
    }

    @Override
    public int readers() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
