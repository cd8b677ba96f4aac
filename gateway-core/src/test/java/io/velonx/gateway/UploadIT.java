package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.files.DirectoryFileStore;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.testing.FileUpload;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files, as pages send and fetch them. */
@Timeout(60)
class UploadIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String ROOM = "'roomId':'a'";

  @TempDir Path directory;

  /** Who may not read in any room. */
  private final AtomicReference<String> shutOut = new AtomicReference<>("");

  private final AtomicReference<String> mute = new AtomicReference<>("");

  private final List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(TestNode::close);
  }

  @Test
  void fileOfManyWindowsIsUploadedAndFetchedAsItWas() throws Exception {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] content = png(2_000_000);
    FileUpload upload = FileUpload.begin(page, ROOM, "a b.png", "image/png", content).sendAll();
    JsonNode done = upload.end().path("payload");
    assertEquals(upload.id(), done.path("fileId").asText());
    assertEquals("/files/" + upload.id() + "/a%20b.png", done.path("url").asText());
    HttpResponse<byte[]> answer = get(node, done.path("url").asText(), "bert");
    assertEquals(200, answer.statusCode());
    assertArrayEquals(content, answer.body());
    assertEquals("image/png", header(answer, "Content-Type"));
    assertEquals("nosniff", header(answer, "X-Content-Type-Options"));
    assertEquals("sandbox; default-src 'none'", header(answer, "Content-Security-Policy"));
    assertEquals("same-site", header(answer, "Cross-Origin-Resource-Policy"));
    assertEquals("private, no-cache", header(answer, "Cache-Control"));
    assertEquals(
        "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png",
        header(answer, "Content-Disposition"));
    assertEquals(1, counter(node, MetricNames.FILES_TAKEN));
    assertEquals(1, counter(node, MetricNames.FILES_SERVED));
    assertEquals(0, node.gauge(MetricNames.FILES_UPLOADS));
  }

  @Test
  void uploadGoesOnOnAnotherConnectionWhereTheFirstWasLost() throws Exception {
    TestNode node = node();
    WsClient first = inRoom(node, "anna");
    byte[] content = png(300_000);
    FileUpload begun = FileUpload.begin(first, ROOM, "x.png", "image/png", content);
    begun.sendChunk().sendChunk().awaitProgress().awaitProgress();
    first.drop();
    await().until(() -> node.gauge(MetricNames.FILES_UPLOADS) == 0);
    WsClient second = node.open("anna");
    FileUpload resumed = FileUpload.resume(second, begun.id(), content);
    assertEquals(2L * begun.chunkBytes(), resumed.sent());
    JsonNode done = resumed.sendAll().end();
    assertArrayEquals(content, get(node, url(done), "anna").body());
    // As if the answer had been lost: to go on with a whole file says where it is.
    JsonNode again = FileUpload.ask(second, "{'uploadId':'" + begun.id() + "'}");
    assertEquals(url(done), url(again));
  }

  @Test
  void uploadGoesOnAfterTheNodeWasStartedAnew() throws Exception {
    TestNode before = node();
    byte[] content = png(200_000);
    FileUpload begun =
        FileUpload.begin(inRoom(before, "anna"), ROOM, "x.png", "image/png", content);
    begun.sendChunk().awaitProgress();
    nodes.remove(before);
    before.close();
    TestNode after = node();
    FileUpload resumed = FileUpload.resume(after.open("anna"), begun.id(), content);
    assertEquals(begun.chunkBytes(), resumed.sent());
    assertArrayEquals(content, get(after, url(resumed.sendAll().end()), "anna").body());
  }

  @Test
  void uploadIsTakenOverFromAConnectionThatIsHalfDead() {
    TestNode node = node();
    WsClient old = inRoom(node, "anna");
    byte[] content = png(200_000);
    FileUpload begun = FileUpload.begin(old, ROOM, "x.png", "image/png", content).sendChunk();
    begun.awaitProgress();
    FileUpload resumed = FileUpload.resume(node.open("anna"), begun.id(), content).sendAll();
    begun.sendChunk();
    JsonNode failed = old.expect("UPLOAD_FAILED").path("payload");
    assertEquals(begun.id(), failed.path("uploadId").asText());
    assertFalse(failed.path("resumable").asBoolean());
    assertEquals("ACK", resumed.end().path("type").asText());
  }

  @Test
  void abortedUploadLeavesNothing() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", png(200_000));
    upload.sendChunk().awaitProgress();
    assertEquals(2, names().size());
    assertEquals("ACK", upload.abort().path("type").asText());
    assertEquals(List.of(), names());
    assertEquals(0, node.gauge(MetricNames.FILES_STORED_BYTES));
    assertError(upload.end(), "INVALID_PAYLOAD", "uploadId");
    // What was on its way does no harm.
    upload.sendChunk();
    assertEquals(List.of(), page.receivedUntilPong());
  }

  @Test
  void uploadBegunElsewhereCanBeAborted() {
    TestNode node = node();
    WsClient first = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(first, ROOM, "x.png", "image/png", png(200_000));
    first.drop();
    await().until(() -> node.gauge(MetricNames.FILES_UPLOADS) == 0);
    node.open("anna")
        .command("{'type':'UPLOAD_ABORT','id':'1','payload':{'uploadId':'" + upload.id() + "'}}");
    await().until(() -> names().isEmpty());
  }

  @Test
  void abandonedUploadLeavesNothingOnceItsTimeIsOver() {
    FileLimits limits = limits(1 << 20, 1 << 22, Duration.ofMillis(1));
    DirectoryFileStore store = new DirectoryFileStore(directory, limits, Clock.systemUTC());
    TestNode node = node(store, settings -> settings);
    WsClient page = inRoom(node, "anna");
    FileUpload.begin(page, ROOM, "x.png", "image/png", png(200_000)).sendChunk().awaitProgress();
    store.sweep().toCompletableFuture().join();
    assertEquals(2, names().size(), "an upload under way is not swept");
    page.drop();
    await().until(() -> node.gauge(MetricNames.FILES_UPLOADS) == 0);
    await()
        .untilAsserted(
            () -> {
              store.sweep().toCompletableFuture().join();
              assertEquals(List.of(), names());
            });
    assertEquals(0, node.gauge(MetricNames.FILES_STORED_BYTES));
  }

  @Test
  void wrongHashIsToldAndLeavesNothing() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] content = png(100_000);
    byte[] other = content.clone();
    other[99_999]++;
    JsonNode begun =
        FileUpload.ask(page, FileUpload.announcement(ROOM, "x.png", "image/png", other));
    FileUpload upload =
        FileUpload.resume(page, begun.path("payload").path("uploadId").asText(), content).sendAll();
    assertError(upload.end(), "INVALID_PAYLOAD", "sha256");
    assertEquals(List.of(), names());
    assertEquals(1, counter(node, MetricNames.FILES_REFUSED + ".hash"));
  }

  @Test
  void whatIsAnnouncedIsChecked() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    String hash = "0".repeat(64);
    String good = "'contentType':'image/png','size':10,'sha256':'" + hash + "'";
    assertError(
        ask(page, "'name':'x','contentType':'image/png','size':99999999,'sha256':'" + hash + "'"),
        "PAYLOAD_TOO_LARGE",
        "size: 99999999 octets (at most 4194304)");
    assertError(
        ask(page, "'name':'x','contentType':'text/html','size':9,'sha256':'" + hash + "'"),
        "FORBIDDEN",
        "files.types");
    assertError(
        ask(page, "'name':'x','contentType':'nothing','size':9,'sha256':'" + hash + "'"),
        "INVALID_PAYLOAD",
        "contentType");
    assertError(
        ask(page, "'name':'x','contentType':'image/png','size':0,'sha256':'" + hash + "'"),
        "INVALID_PAYLOAD",
        "size");
    assertError(
        ask(page, "'name':'x','contentType':'image/png','size':9,'sha256':'abc'"),
        "INVALID_PAYLOAD",
        "sha256");
    for (String name :
        List.of("", "..", "../../x", "a\\\\b", "a\\nb", "a\\u202eb", "n".repeat(4096))) {
      assertError(ask(page, "'name':'" + name + "'," + good), "INVALID_PAYLOAD", "name: expected");
    }
    page.command("{'type':'UPLOAD_BEGIN','payload':{'name':'x'," + good + "," + ROOM + "}}");
    assertTrue(page.expect("ERROR").toString().contains("id: expected one"));
    assertEquals(List.of(), names());
  }

  @Test
  void contentThatIsNotWhatItsTypeSaysIsRefusedAtItsFirstChunk() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] html = "<!doctype html><script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
    FileUpload.begin(page, ROOM, "x.png", "image/png", html).sendChunk();
    JsonNode failed = page.expect("UPLOAD_FAILED").path("payload");
    assertEquals("INVALID_PAYLOAD", failed.path("code").asText());
    assertTrue(failed.path("error").asText().contains("image/png"));
    assertEquals(List.of(), names());
    // Who ends it before he was told gets the same reason.
    FileUpload hasty = FileUpload.begin(page, ROOM, "x.png", "image/png", html).sendChunk();
    assertError(hasty.end(), "INVALID_PAYLOAD", "what was sent is no image/png");
  }

  @Test
  void chunkThatIsNotTheNextOneEndsTheUploadOfThatConnectionOnly() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] content = png(200_000);
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", content);
    upload.sendChunk().awaitProgress();
    page.sendBinary(FileUpload.frame(upload.number(), 7, new byte[upload.chunkBytes()]));
    JsonNode failed = page.expect("UPLOAD_FAILED").path("payload");
    assertTrue(failed.path("error").asText().contains("for the place " + upload.chunkBytes()));
    assertTrue(failed.path("resumable").asBoolean());
    FileUpload resumed = FileUpload.resume(page, upload.id(), content);
    page.sendBinary(FileUpload.frame(resumed.number(), resumed.sent(), new byte[3]));
    assertTrue(page.expect("UPLOAD_FAILED").toString().contains("expected 49152 octets"));
    FileUpload last = FileUpload.resume(page, upload.id(), content).sendAll();
    assertEquals("ACK", last.end().path("type").asText());
  }

  @Test
  void endBeforeAllHasComeIsRefusedAndTheUploadGoesOn() {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", png(100_000));
    upload.sendChunk().awaitProgress();
    assertError(upload.end(), "INVALID_PAYLOAD", "size: 49152 of 100000 octets have come");
    assertEquals("ACK", upload.sendAll().end().path("type").asText());
  }

  @Test
  void quotaOfAUserCountsWhatIsStoredAndWhatIsPromised() {
    FileLimits limits = limits(500_000, 10_000_000, Duration.ofMinutes(5));
    TestNode node = node(new DirectoryFileStore(directory, limits, Clock.systemUTC()), s -> s);
    WsClient page = inRoom(node, "anna");
    byte[] content = png(200_000);
    FileUpload.begin(page, ROOM, "1.png", "image/png", content).sendAll().end();
    FileUpload second = FileUpload.begin(page, ROOM, "2.png", "image/png", content);
    String third = FileUpload.announcement(ROOM, "3.png", "image/png", content);
    assertError(FileUpload.ask(page, third), "LIMIT_EXCEEDED", "files of one user: at most 500000");
    assertEquals(
        "ACK",
        FileUpload.ask(inRoom(node, "bert"), third).path("type").asText(),
        "each has a quota of his own");
    second.abort();
    assertEquals("ACK", FileUpload.ask(page, third).path("type").asText());
  }

  @Test
  void uploadsAtOnceAreLimitedForAUserAndForTheNode() {
    FileLimits limits =
        new FileLimits(
            1 << 22,
            FileLimits.DEFAULT.types(),
            1 << 26,
            1 << 28,
            5,
            Duration.ofMinutes(5),
            Duration.ZERO);
    TestNode node = node(new DirectoryFileStore(directory, limits, Clock.systemUTC()), s -> s);
    String one = FileUpload.announcement(ROOM, "x.png", "image/png", png(100));
    WsClient anna = inRoom(node, "anna");
    for (int i = 0; i < FileLimits.UPLOADS_PER_USER; i++) {
      assertEquals("ACK", FileUpload.ask(anna, one).path("type").asText());
    }
    assertError(FileUpload.ask(anna, one), "LIMIT_EXCEEDED", "of one user: at most 4");
    WsClient bert = inRoom(node, "bert");
    assertEquals("ACK", FileUpload.ask(bert, one).path("type").asText());
    assertError(FileUpload.ask(bert, one), "LIMIT_EXCEEDED", "of this node: at most 5");
    assertEquals(2, counter(node, MetricNames.FILES_REFUSED + ".uploads"));
  }

  @Test
  void uploadOfSomebodyElseIsAsUnknownAsNone() {
    TestNode node = node();
    FileUpload upload =
        FileUpload.begin(inRoom(node, "anna"), ROOM, "x.png", "image/png", png(100));
    WsClient bert = inRoom(node, "bert");
    JsonNode foreign = FileUpload.ask(bert, "{'uploadId':'" + upload.id() + "'}");
    JsonNode none = FileUpload.ask(bert, "{'uploadId':'" + "A".repeat(22) + "'}");
    assertError(foreign, "INVALID_PAYLOAD", "uploadId");
    assertEquals(none.path("payload"), foreign.path("payload"));
    assertEquals("ACK", upload.sendAll().end().path("type").asText());
  }

  @Test
  void uploadsNeedASubscriptionAndTheRightToPublish() {
    TestNode node = node();
    WsClient page = node.open("anna");
    String one = FileUpload.announcement(ROOM, "x.png", "image/png", png(100));
    assertError(FileUpload.ask(page, one), "NOT_SUBSCRIBED", "subscribed");
    page.subscribe("room:a");
    mute.set("anna");
    assertError(FileUpload.ask(page, one), "FORBIDDEN", "you may not in room:a");
  }

  @Test
  void fileOfARoomIsServedToThoseWhoMayReadThereAndNobodyElseLearnsOfIt() throws Exception {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    String url = url(FileUpload.begin(page, ROOM, "x.png", "image/png", png(100)).sendAll().end());
    assertEquals(200, get(node, url, "bert").statusCode());
    shutOut.set("bert");
    HttpResponse<byte[]> forbidden = get(node, url, "bert");
    HttpResponse<byte[]> unknown = get(node, "/files/" + "A".repeat(22), "bert");
    assertEquals(404, forbidden.statusCode());
    assertEquals(404, unknown.statusCode());
    assertArrayEquals(unknown.body(), forbidden.body());
    assertEquals(401, get(node, url, "bad").statusCode());
    assertEquals(404, get(node, "/files/../../etc/passwd", "anna").statusCode());
    assertEquals(404, get(node, "/files/%2e%2e%2fx.json", "anna").statusCode());
  }

  @Test
  void directFileIsForItsSenderAndItsTargetAlone() throws Exception {
    TestNode node = node();
    byte[] text = "a note".getBytes(StandardCharsets.UTF_8);
    String url =
        url(
            FileUpload.begin(
                    node.open("anna"),
                    "'targetUserId':'bert'",
                    "ü _.txt",
                    "text/plain;charset=UTF-8",
                    text)
                .sendAll()
                .end());
    HttpResponse<byte[]> answer = get(node, url, "bert");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "attachment; filename=\"_ _.txt\"; filename*=UTF-8''%C3%BC%20_.txt",
        header(answer, "Content-Disposition"));
    assertEquals("text/plain; charset=utf-8", header(answer, "Content-Type"));
    assertEquals(200, get(node, url, "anna").statusCode());
    assertEquals(404, get(node, url, "cleo").statusCode());
  }

  @Test
  void partsAndWhatIsKnownAreServedWithoutTheRest() throws Exception {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] content = png(150_000);
    String url = url(FileUpload.begin(page, ROOM, "x.png", "image/png", content).sendAll().end());
    HttpResponse<byte[]> part = get(node, url, "anna", "Range", "bytes=100-70099");
    assertEquals(206, part.statusCode());
    assertEquals("bytes 100-70099/150000", header(part, "Content-Range"));
    assertArrayEquals(Arrays.copyOfRange(content, 100, 70_100), part.body());
    HttpResponse<byte[]> end = get(node, url, "anna", "Range", "bytes=-10");
    assertArrayEquals(Arrays.copyOfRange(content, 149_990, 150_000), end.body());
    HttpResponse<byte[]> beyond = get(node, url, "anna", "Range", "bytes=150000-");
    assertEquals(416, beyond.statusCode());
    String tag = header(part, "ETag");
    HttpResponse<byte[]> known = get(node, url, "anna", "If-None-Match", tag);
    assertEquals(304, known.statusCode());
    assertEquals(0, known.body().length);
    HttpResponse<byte[]> head =
        HTTP.send(
            request(node, url, "anna").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertEquals("150000", header(head, "Content-Length"));
    assertEquals(0, head.body().length);
  }

  @Test
  void readerWhoGoesAwayInTheMiddleLeavesNothingOpen() throws Exception {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    byte[] content = png(4_000_000);
    String url = url(FileUpload.begin(page, ROOM, "x.png", "image/png", content).sendAll().end());
    try (RawClient reader = RawClient.connect(node.port(), 8 * 1024)) {
      reader.sendAscii("GET " + url + "?token=anna HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(200, reader.readHead().status());
      assertTrue(isOpen(url));
    }
    await().until(() -> !isOpen(url));
    assertEquals(0, node.gauge(MetricNames.FILES_READERS));
    assertArrayEquals(content, get(node, url, "anna").body());
  }

  @Test
  void diskThatHangsHoldsUpNoEventLoop() throws Exception {
    TestNode node = node();
    String id = "A".repeat(22);
    Files.writeString(
        directory.resolve(id + ".json"),
        "{\"ownerId\":\"anna\",\"name\":\"x\",\"contentType\":\"image/png\",\"size\":9,\"sha256\":\""
            + "0".repeat(64)
            + "\",\"channel\":\"room:a\"}");
    Path pipe = directory.resolve(id + ".data");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<?> hanging =
        HTTP.sendAsync(
            request(node, "/files/" + id, "anna").build(), HttpResponse.BodyHandlers.ofByteArray());
    await().until(() -> isBlockedOnDisk());
    // Connections take turns on the event loops, so each of them answers here.
    for (int i = 0; i < 4; i++) {
      assertEquals(List.of(), node.open("bert").receivedUntilPong());
    }
    assertFalse(hanging.isDone());
    // The client of the JDK asks again when there was no answer, and must not hang again then.
    Path moved = Files.move(pipe, directory.resolve("pipe"));
    Files.newOutputStream(moved).close();
    await().until(hanging::isDone);
  }

  @Test
  void storageThatFailsIsToldAndCountedAndCostsNoConnection() throws IOException {
    Path blocked = directory.resolve("blocked");
    Files.writeString(blocked, "not a directory");
    TestNode node =
        node(new DirectoryFileStore(blocked, FileLimits.DEFAULT, Clock.systemUTC()), s -> s);
    WsClient page = inRoom(node, "anna");
    JsonNode error =
        FileUpload.ask(page, FileUpload.announcement(ROOM, "x.png", "image/png", png(100)));
    assertError(error, "UNAVAILABLE", "the file storage cannot take this now");
    assertTrue(error.path("payload").path("retryable").asBoolean());
    assertEquals(1, counter(node, MetricNames.FILES_REFUSED + ".storage"));
    assertEquals(0, node.gauge(MetricNames.FILES_UPLOADS));
    assertEquals(0, node.gauge(MetricNames.FILES_STORED_BYTES));
    assertEquals(List.of(), page.receivedUntilPong());
  }

  @Test
  void storageThatFailsAtTheEndIsToldAndLeavesNothing() throws IOException {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", png(100_000)).sendAll();
    Files.delete(directory.resolve(upload.id() + ".part"));
    assertError(upload.end(), "UNAVAILABLE", "the file storage cannot take this now");
    assertEquals(List.of(), names());
    assertEquals(0, node.gauge(MetricNames.FILES_STORED_BYTES));
    assertEquals(List.of(), page.receivedUntilPong());
  }

  @Test
  void fileThatIsDeletedIsThereForNobodyAndTakesNothing() throws Exception {
    TestNode node = node();
    WsClient page = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", png(100)).sendAll();
    String url = url(upload.end());
    assertTrue(node.gateway().deleteFile(upload.id()).toCompletableFuture().join());
    assertFalse(node.gateway().deleteFile(upload.id()).toCompletableFuture().join());
    assertFalse(node.gateway().deleteFile("../x").toCompletableFuture().join());
    assertEquals(404, get(node, url, "anna").statusCode());
    assertEquals(0, node.gauge(MetricNames.FILES_STORED_BYTES));
  }

  @Test
  void whereUploadsAreOffEachIsToldWhichSettingSaysSo() throws Exception {
    TestNode node = TestNode.start(settings -> settings);
    nodes.add(node);
    WsClient page = inRoom(node, "anna");
    String one = FileUpload.announcement(ROOM, "x.png", "image/png", png(100));
    assertError(FileUpload.ask(page, one), "FORBIDDEN", "files.directory");
    assertEquals(404, get(node, "/files/" + "A".repeat(22), "anna").statusCode());
    page.sendBinary(new byte[100]);
    assertEquals(1003, page.closeCode());
  }

  @Test
  void whoSendsChunksOfNoUploadWithoutEndIsClosed() {
    TestNode node = node(null, s -> s.limits(l -> l.commands(new Rate(1, 5))));
    WsClient page = inRoom(node, "anna");
    FileUpload upload = FileUpload.begin(page, ROOM, "x.png", "image/png", png(100));
    upload.abort();
    for (int i = 0; i < 30; i++) {
      page.sendBinary(FileUpload.frame(99, 0, new byte[10]));
    }
    assertEquals(4029, page.closeCode());
  }

  private static boolean isBlockedOnDisk() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getName().startsWith("gateway-files"))
        .flatMap(each -> Arrays.stream(each.getValue()))
        .anyMatch(frame -> frame.getMethodName().startsWith("open0"));
  }

  /** Whether this process has the file of that address open. */
  private static boolean isOpen(String url) {
    String name = url.split("/", -1)[2] + ".data";
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.anyMatch(each -> leadsTo(each, name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean leadsTo(Path descriptor, String name) {
    try {
      return Files.readSymbolicLink(descriptor).endsWith(name);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static JsonNode ask(WsClient page, String members) {
    return FileUpload.ask(page, "{" + members + "," + ROOM + "}");
  }

  private static void assertError(JsonNode answer, String code, String text) {
    JsonNode payload = answer.path("payload");
    assertEquals(code, payload.path("code").asText(), answer.toString());
    assertTrue(payload.path("error").asText().contains(text), answer.toString());
  }

  private static String url(JsonNode answer) {
    assertEquals("ACK", answer.path("type").asText(), answer.toString());
    return answer.path("payload").path("url").asText();
  }

  private static byte[] png(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    byte[] signature = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    System.arraycopy(signature, 0, content, 0, signature.length);
    return content;
  }

  private static FileLimits limits(long quota, long total, Duration resume) {
    return new FileLimits(
        1 << 22, FileLimits.DEFAULT.types(), quota, total, 64, resume, Duration.ZERO);
  }

  private static long counter(TestNode node, String name) {
    return node.gateway().metrics().registry().counter(name).getCount();
  }

  private static HttpResponse<byte[]> get(
      TestNode node, String path, String user, String... headers) throws Exception {
    HttpRequest.Builder request = request(node, path, user);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static HttpRequest.Builder request(TestNode node, String path, String user) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
        .header("Authorization", "Bearer " + user);
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("none");
  }

  private WsClient inRoom(TestNode node, String user) {
    WsClient page = node.open(user);
    page.subscribe("room:a");
    return page;
  }

  private TestNode node() {
    return node(null, settings -> settings);
  }

  private TestNode node(
      @Nullable DirectoryFileStore store, UnaryOperator<GatewayConfig.Builder> more) {
    DirectoryFileStore files =
        store == null
            ? new DirectoryFileStore(
                directory, limits(1 << 25, 1 << 28, Duration.ofMinutes(5)), Clock.systemUTC())
            : store;
    TestNode node =
        TestNode.start(settings -> more.apply(settings.files(files).authorizer(authorizer())));
    nodes.add(node);
    return node;
  }

  private ChannelAuthorizer authorizer() {
    return (principal, action, channel) ->
        principal.userId().equals(action == ChannelAction.PUBLISH ? mute.get() : shutOut.get())
            ? ChannelAuthorizer.REFUSED
            : ChannelAuthorizer.ALLOWED;
  }

  private List<String> names() {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
