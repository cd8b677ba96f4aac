package io.velonx.gateway.pipeline;

import static io.velonx.gateway.testing.RawClient.CLOSE;
import static io.velonx.gateway.testing.RawClient.CONTINUATION;
import static io.velonx.gateway.testing.RawClient.FIN;
import static io.velonx.gateway.testing.RawClient.PATH;
import static io.velonx.gateway.testing.RawClient.PING;
import static io.velonx.gateway.testing.RawClient.PONG;
import static io.velonx.gateway.testing.RawClient.RSV1;
import static io.velonx.gateway.testing.RawClient.TEXT;
import static io.velonx.gateway.testing.RawClient.closePayload;
import static io.velonx.gateway.testing.RawClient.frame;
import static io.velonx.gateway.testing.RawClient.upgradeRequest;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RawClient.Frame;
import io.velonx.gateway.testing.RawClient.HttpResponse;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile and broken clients send, over real sockets; after each, a fresh one still works. */
class EdgeIT {
  private static final byte[] NOTHING = {};
  private static final String TARGET = PATH + "?token=u1";

  private final CountingListener listener = new CountingListener();
  private final List<RawClient> clients = new ArrayList<>();
  private PipelineServer server = new PipelineServer(new TestConfig().build(), listener, 0);

  /** Serves a fresh client, and everybody who was born has died, once. */
  @AfterEach
  void freshConnectionWorksAndNothingIsLeftBehind() {
    try {
      server.accepting = true;
      listener.welcome = null;
      try (RawClient fresh = RawClient.open(server.port(), "fresh")) {
        fresh.sendText("still there?");
        assertEquals("still there?", fresh.readText());
        fresh.sendClose(1000);
        assertEquals(1000, fresh.readClose());
      }
      clients.forEach(RawClient::close);
      await().untilAsserted(() -> assertEquals(listener.opened.get(), listener.closed.get()));
      assertEquals(List.of(), List.copyOf(listener.mistakes));
    } finally {
      server.close();
    }
  }

  // §1.1

  @Test
  void protocolErrorIsAnsweredWithExactlyOneClose() {
    RawClient client = open();
    client.send(frame(3, NOTHING));
    assertEquals(1002, client.readClose());
    assertEquals(1, server.count("gateway.connections.closed.1002"));
  }

  @Test
  void answerToOurCloseIsNotAnsweredAgain() {
    RawClient client = open();
    client.sendText("close");
    Frame close = client.readFrame();
    assertEquals(4200, close.closeCode());
    client.sendClose(4200);
    assertTrue(client.isEnded());
  }

  @Test
  void closeIsEchoedOnceAndEndsTheSocket() {
    RawClient client = open();
    client.send(frame(CLOSE, closePayload(4000, "bye".getBytes(UTF_8))));
    assertEquals(4000, client.readClose());
  }

  @Test
  void closeWithoutCodeIsEchoedWithoutCode() {
    RawClient client = open();
    client.send(frame(CLOSE, NOTHING));
    assertEquals(-1, client.readClose());
  }

  @Test
  void dataAfterOurCloseIsIgnored() {
    RawClient client = open();
    client.sendText("close");
    assertEquals(4200, client.readFrame().closeCode());
    client.sendText("not heard");
    client.send(frame(PING, NOTHING));
    client.sendClose(1000);
    assertTrue(client.isEnded());
  }

  // §1.2

  @ParameterizedTest
  @ValueSource(ints = {0xC1, 0xC2, 0xA1, 0x91, 0xC9, 0xC8, 0x99})
  void rsvBitThatWasNotNegotiatedIsAProtocolError(int opening) {
    RawClient client = open();
    client.send(frame(opening, NOTHING, 0));
    assertEquals(1002, client.readClose());
  }

  @ParameterizedTest
  @ValueSource(ints = {RSV1 | PING, RSV1 | CONTINUATION, 0x20 | TEXT})
  void rsvBitInTheWrongPlaceIsAProtocolErrorThoughCompressionWasNegotiated(int opening) {
    RawClient client = openDeflated();
    if ((opening & 0x0F) == CONTINUATION) {
      client.send(frame(TEXT, NOTHING, 0));
    }
    client.send(frame(FIN | opening, NOTHING, 0));
    assertEquals(1002, client.readClose());
  }

  @Test
  void clientWithoutCompressionIsNotAnsweredWithIt() {
    restart(new TestConfig().compression(true));
    RawClient client = open();
    String text = "x".repeat(2_000);
    client.sendText(text);
    assertEquals(text, client.readText());
  }

  // §1.3

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535})
  void closeCodeThatMustNotBeSentIsAProtocolError(int code) {
    RawClient client = open();
    client.sendClose(code);
    assertEquals(1002, client.readClose());
  }

  @Test
  void closeReasonThatIsNoTextIsInvalid() {
    RawClient client = open();
    client.send(frame(CLOSE, closePayload(1000, new byte[] {(byte) 0xFF})));
    assertEquals(1007, client.readClose());
  }

  @Test
  void closeWithOneOctetIsAProtocolError() {
    RawClient client = open();
    client.send(frame(CLOSE, new byte[] {3}));
    assertEquals(1002, client.readClose());
  }

  // §1.4

  @Test
  void fragmentsThatAddUpBeyondTheLimitAreTooBig() {
    RawClient client = open();
    client.send(frame(TEXT, new byte[40_000], 40_000));
    client.send(frame(CONTINUATION, new byte[40_000], 40_000));
    assertEquals(1009, client.readClose());
  }

  @Test
  void frameBeyondTheLimitIsTooBigThoughItsPayloadKeepsComing() {
    RawClient client = open();
    client.send(frame(FIN | TEXT, new byte[200_000], 200_000));
    assertEquals(1009, client.readClose());
  }

  @Test
  void floodOfEmptyFragmentsIsRefused() {
    RawClient client = open();
    client.send(frame(TEXT, NOTHING, 0));
    for (int i = 0; i < 1024; i++) {
      client.send(frame(CONTINUATION, NOTHING, 0));
    }
    assertEquals(1008, client.readClose());
  }

  // §1.5

  @Test
  void corruptCompressedDataIsInvalid() {
    RawClient client = openDeflated();
    client.send(frame(FIN | RSV1 | TEXT, new byte[] {-1, -1, -1}, 3));
    assertEquals(1007, client.readClose());
  }

  @Test
  void compressedBombIsTooBig() {
    RawClient client = openDeflated();
    byte[] bomb = deflated(new byte[10_000_000]);
    client.send(frame(FIN | RSV1 | TEXT, bomb, bomb.length));
    assertEquals(1009, client.readClose());
  }

  @Test
  void compressedMessageIsAnsweredCompressed() {
    RawClient client = openDeflated();
    byte[] deflated = deflated("velonx ".repeat(500).getBytes(UTF_8));
    client.send(frame(FIN | RSV1 | TEXT, deflated, deflated.length));
    Frame answer = client.readFrame();
    assertTrue(answer.isDeflated());
    assertTrue(answer.payload().length < 200);
  }

  // §1.6

  @ParameterizedTest
  @ValueSource(strings = {"0", "7", "8", "12", "14", "013", "13, 8", ""})
  void otherVersionThan13IsToldWhichOne(String version) {
    HttpResponse answer =
        request(upgradeRequest(TARGET).replace("Version: 13", "Version: " + version));
    assertEquals(426, answer.status());
    assertEquals("13", answer.head().header("Sec-WebSocket-Version"));
  }

  @Test
  void missingVersionIsToldWhichOne() {
    HttpResponse answer =
        request(upgradeRequest(TARGET).replace("Sec-WebSocket-Version: 13\r\n", ""));
    assertEquals(426, answer.status());
    assertEquals("13", answer.head().header("Sec-WebSocket-Version"));
  }

  @Test
  void hixieHandshakeIsRefused() {
    String request =
        "GET "
            + TARGET
            + " HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
            + "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U";
    assertEquals(426, request(request).status());
  }

  // §1.7

  @Test
  void upgradeOverHttp10IsRefused() {
    assertEquals(400, request(upgradeRequest(TARGET).replace("HTTP/1.1", "HTTP/1.0")).status());
  }

  @Test
  void upgradeWithoutHostIsRefused() {
    assertEquals(400, request(upgradeRequest(TARGET).replace("Host: localhost\r\n", "")).status());
  }

  @Test
  void upgradeWithTwoHostsIsRefused() {
    assertEquals(400, request(upgradeRequest(TARGET, "Host: other")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "short",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZXM=",
        "dGhlIHNhbXBsZSBub25jZQ======",
        "!!!!!!!!!!!!!!!!!!!!!!==",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
      })
  void keyThatIsNot16OctetsInBase64IsRefused(String key) {
    String request = upgradeRequest(TARGET).replace("dGhlIHNhbXBsZSBub25jZQ==", key);
    assertEquals(400, request(request).status());
  }

  @Test
  void upgradeWithTwoKeysIsRefused() {
    String request = upgradeRequest(TARGET, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertEquals(400, request(request).status());
  }

  @Test
  void upgradeWithoutKeyIsRefused() {
    String request =
        upgradeRequest(TARGET).replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "");
    assertEquals(400, request(request).status());
  }

  @Test
  void upgradeWithoutConnectionTokenIsRefused() {
    String request =
        upgradeRequest(TARGET).replace("Connection: Upgrade", "Connection: keep-alive");
    assertEquals(400, request(request).status());
  }

  @Test
  void upgradeByAnotherMethodIsRefused() {
    HttpResponse answer = request(upgradeRequest(TARGET).replace("GET ", "POST "));
    assertEquals(405, answer.status());
    assertEquals("GET, HEAD", answer.head().header("Allow"));
  }

  @Test
  void tokensOfHeadersMayStandInListsAndInAnyCase() {
    String request =
        upgradeRequest(TARGET)
            .replace("Connection: Upgrade", "Connection: keep-alive, uPGRADE")
            .replace("Upgrade: websocket", "Upgrade: WebSocket");
    RawClient client = connect();
    client.sendAscii(request);
    assertEquals(101, client.readHead().status());
  }

  // §1.8

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/community/%77s",
        "/api/community/w%73",
        "/api/community/ws/",
        "/api/community/ws;x",
        "/api/community//ws",
        "/api/community/WS",
        "/api/community/x/../ws",
        "/",
        "/other"
      })
  void anyOtherPathGetsA404(String path) {
    HttpResponse upgrade = request(upgradeRequest(path + "?token=u1"));
    assertEquals(404, upgrade.status());
    assertEquals("close", upgrade.head().header("Connection"));
    RawClient plain = connect();
    plain.sendAscii("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals(404, plain.readResponse().status());
  }

  @Test
  void absoluteFormIsUnderstood() {
    RawClient.upgrade(server.port(), "http://example.org:80" + TARGET).close();
    RawClient plain = connect();
    plain.sendAscii("GET http://x" + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals("fine", plain.readResponse().body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "localhost:80", "ftp://x/api/community/ws", "api"})
  void otherFormsOfTargetAreRefused(String target) {
    assertEquals(400, request("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").status());
  }

  @Test
  void otherQueryParametersAreIgnored() {
    RawClient.upgrade(server.port(), PATH + "?a=b&token=u1&&c").close();
  }

  // §1.9

  @Test
  void slowHeadersEndAtOneAbsoluteDeadline() {
    restart(new TestConfig().handshakeTimeout(Duration.ofMillis(300)));
    RawClient client = connect();
    client.sendAscii("GET " + TARGET + " HTTP/1.1\r\n");
    await()
        .atMost(Duration.ofSeconds(3))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              client.sendAscii("X");
              return client.input().available() > 0;
            });
    assertEquals(408, client.readResponse().status());
    assertEquals(1, server.count("gateway.connections.refused.408"));
  }

  @Test
  void socketThatSaysNothingEndsAtTheDeadline() {
    restart(new TestConfig().handshakeTimeout(Duration.ofMillis(200)));
    RawClient client = connect();
    assertEquals(408, client.readResponse().status());
    assertTrue(client.isEnded());
  }

  @Test
  void idleKeepAliveConnectionEndsToo() {
    restart(new TestConfig().handshakeTimeout(Duration.ofMillis(200)));
    RawClient client = connect();
    client.sendAscii("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals(200, client.readResponse().status());
    assertTrue(client.isEnded());
  }

  @Test
  void deadlineDoesNotConcernAnUpgradedConnection() {
    restart(new TestConfig().handshakeTimeout(Duration.ofMillis(200)));
    RawClient client = open().readTimeout(Duration.ofMillis(500));
    assertFalse(client.isEnded());
    client.sendText("still open");
    assertEquals("still open", client.readText());
  }

  // §1.10

  @Test
  void tokenOf14KilobytesIsTaken() {
    RawClient.upgrade(server.port(), PATH + "?token=" + "t".repeat(14_000)).close();
  }

  @Test
  void headersOf30KilobytesAreTaken() {
    RawClient.upgrade(server.port(), TARGET, "Cookie: " + "c".repeat(30_000)).close();
  }

  @Test
  void requestLineBeyondTheLimitIs414() {
    assertEquals(414, request(upgradeRequest(PATH + "?token=" + "t".repeat(40_000))).status());
  }

  @Test
  void headersBeyondTheLimitAre431() {
    assertEquals(431, request(upgradeRequest(TARGET, "X: " + "x".repeat(40_000))).status());
  }

  @Test
  void manySmallHeadersBeyondTheLimitAre431() {
    String headers = "X-Many: 0123456789\r\n".repeat(3_000);
    assertEquals(431, request(upgradeRequest(TARGET, headers + "End: 1")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / XTTP/1.1\r\nHost: x\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"
      })
  void whatIsNotHttpIs400(String request) {
    assertEquals(400, request(request).status());
  }

  // Contract §1: tokens

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?token=",
        "?token",
        "?token=bad",
        "?token=u1&token=u1",
        "?token=u1&%74oken=u2",
        "?Token=u1",
        "?token=%",
        "?token=%zz",
        "?xtoken=u1"
      })
  void missingRepeatedOrInvalidTokenIs401BeforeTheUpgrade(String query) {
    HttpResponse answer = request(upgradeRequest(PATH + query));
    assertEquals(401, answer.status());
    assertEquals("close", answer.head().header("Connection"));
    assertEquals("nosniff", answer.head().header("X-Content-Type-Options"));
    assertEquals(
        "{\"success\":false,\"error\":{\"code\":\"UNAUTHORIZED\",\"message\":\"Unauthorized\"}}",
        answer.body());
    assertEquals(1, server.count("gateway.connections.refused.401"));
  }

  @Test
  void tokenMayBePercentEncoded() {
    RawClient.upgrade(server.port(), PATH + "?token=%75%31").close();
  }

  @Test
  void bearerHeaderIsATokenSource() {
    RawClient.upgrade(server.port(), PATH, "Authorization: bearer u1").close();
  }

  @Test
  void bearerSubprotocolIsATokenSourceAndTheTokenIsNeverEchoed() {
    RawClient client = connect();
    client.sendAscii(upgradeRequest(PATH, "Sec-WebSocket-Protocol: bearer, u1"));
    assertEquals("bearer", client.readHead().header("Sec-WebSocket-Protocol"));
    RawClient both = connect();
    both.sendAscii(upgradeRequest(PATH, "Sec-WebSocket-Protocol: velonx.v1, bearer, u1"));
    assertEquals("velonx.v1", both.readHead().header("Sec-WebSocket-Protocol"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer bad",
        "Sec-WebSocket-Protocol: bearer, bad",
        "Sec-WebSocket-Protocol: bearer",
        "Sec-WebSocket-Protocol: bearer, u1, bearer, u1"
      })
  void firstSourceThatIsThereCountsWhateverTheQuerySays(String header) {
    assertEquals(401, request(upgradeRequest(TARGET, header)).status());
  }

  @Test
  void basicAuthorizationOfAProxyInFrontIsNoTokenSource() {
    RawClient.upgrade(server.port(), TARGET, "Authorization: Basic dTE6eA==").close();
  }

  @Test
  void repeatedBearerHeaderIs401() {
    String request = upgradeRequest(PATH, "Authorization: Bearer u1", "Authorization: Bearer u1");
    assertEquals(401, request(request).status());
  }

  @Test
  void otherSchemeThanBearerIs401() {
    assertEquals(401, request(upgradeRequest(PATH, "Authorization: Basic dTE6eA==")).status());
  }

  @Test
  void subprotocolIsEchoedWhenOffered() {
    RawClient client = connect();
    client.sendAscii(upgradeRequest(TARGET, "Sec-WebSocket-Protocol: other, velonx.v1"));
    assertEquals("velonx.v1", client.readHead().header("Sec-WebSocket-Protocol"));
    RawClient other = connect();
    other.sendAscii(upgradeRequest(TARGET, "Sec-WebSocket-Protocol: other"));
    assertNull(other.readHead().header("Sec-WebSocket-Protocol"));
  }

  // Life of a connection

  @Test
  void framesInThePacketOfTheUpgradeAreNotLost() {
    listener.welcome = "hello";
    RawClient client = connect();
    String frames =
        new String(frame(TEXT, "first".getBytes(UTF_8)), ISO_8859_1)
            + new String(frame(TEXT, "second".getBytes(UTF_8)), ISO_8859_1);
    client.sendAscii(upgradeRequest(TARGET) + frames);
    assertEquals(101, client.readHead().status());
    assertEquals("hello", client.readText());
    assertEquals("first", client.readText());
    assertEquals("second", client.readText());
  }

  @Test
  void upgradeThatArrivesOctetByOctetWorks() {
    RawClient client = connect();
    for (byte octet : upgradeRequest(TARGET).getBytes(ISO_8859_1)) {
      client.send(new byte[] {octet});
    }
    assertEquals(101, client.readHead().status());
  }

  @Test
  void settledPipelineHasOneHandler() {
    open().sendText("x");
    List<List<String>> seen = new ArrayList<>();
    server
        .initializer()
        .forEachConnection(
            connection -> {
              synchronized (seen) {
                seen.add(connection.socketChannel().pipeline().names());
              }
            });
    await()
        .untilAsserted(
            () -> {
              synchronized (seen) {
                assertEquals(
                    List.of(List.of("ConnectionHandler#0", "DefaultChannelPipeline$TailContext#0")),
                    seen);
              }
            });
  }

  @Test
  void pingIsAnsweredWithItsPayload() {
    RawClient client = open();
    client.send(frame(PING, new byte[125]));
    Frame pong = client.readFrame();
    assertEquals(FIN | PONG, pong.opening());
    assertEquals(125, pong.payload().length);
  }

  @Test
  void everyPingOfABurstIsAnsweredToWhoReads() {
    RawClient client = open();
    for (int i = 0; i < 5_000; i++) {
      client.send(frame(PING, new byte[] {(byte) i}));
    }
    for (int i = 0; i < 5_000; i++) {
      assertEquals((byte) i, client.readFrame().payload()[0]);
    }
  }

  @Test
  void pongsForAPeerThatDoesNotReadDoNotPileUp() {
    RawClient client = RawClient.connect(server.port(), 4096);
    clients.add(client);
    client.sendAscii(upgradeRequest(TARGET));
    byte[] ping = frame(PING, new byte[125]);
    byte[] pings = new byte[ping.length * 500];
    for (int at = 0; at < pings.length; at += ping.length) {
      System.arraycopy(ping, 0, pings, at, ping.length);
    }
    for (int i = 0; i < 200; i++) {
      client.send(pings);
    }
    AtomicLong waiting = new AtomicLong(-1);
    server.initializer().forEachConnection(connection -> waiting.set(connection.pendingBytes()));
    await().until(() -> waiting.get() >= 0);
    assertTrue(waiting.get() <= 1024 * 1024 + 1024, "octets waiting: " + waiting);
    // Of 12 MiB of pongs, what the system did not take stayed behind at the limit.
    assertTrue(waiting.get() > 0);
  }

  @Test
  void failureOfTheListenerIsAnsweredWith1011() {
    RawClient client = open();
    client.sendText("throw");
    assertEquals(1011, client.readFrame().closeCode());
    client.sendClose(1011);
    assertTrue(client.isEnded());
    assertEquals(1, server.count("gateway.faults"));
  }

  @Test
  void failureOfTheListenerAtTheOpeningIsAnsweredWith1011() {
    RawClient client = RawClient.open(server.port(), "throwing");
    clients.add(client);
    assertEquals(1011, client.readFrame().closeCode());
  }

  @Test
  void peerThatDoesNotAnswerOurCloseIsEnded() {
    restart(
        new TestConfig()
            .closeTimeout(Duration.ofMillis(200))
            .heartbeatInterval(Duration.ofSeconds(1)));
    RawClient client = open();
    client.sendText("close");
    assertEquals(4200, client.readFrame().closeCode());
    assertTrue(client.isEnded());
  }

  @Test
  void silentPeerIsPingedAndThenClosed() {
    restart(new TestConfig().heartbeatInterval(Duration.ofMillis(300)));
    RawClient client = open();
    assertEquals(PING, client.readFrame().opcode());
    assertEquals(4103, client.readFrame().closeCode());
  }

  @Test
  void peerThatAnswersPingsStays() {
    restart(new TestConfig().heartbeatInterval(Duration.ofMillis(200)));
    RawClient client = open();
    for (int i = 0; i < 5; i++) {
      assertEquals(PING, client.readFrame().opcode());
      client.send(frame(PONG, NOTHING));
    }
  }

  @Test
  void resetHalfCloseAndSilentEndAreDeaths() {
    open().reset();
    open().endOutput();
    open().close();
    RawClient unsent = open();
    unsent.send(Arrays.copyOf(frame(TEXT, new byte[1_000]), 500));
    unsent.reset();
    await().untilAsserted(() -> assertEquals(4, listener.closed.get()));
  }

  @Test
  void endDuringTheHandshakeLeavesNothing() {
    RawClient begun = connect();
    begun.sendAscii(upgradeRequest(TARGET).substring(0, 60));
    begun.reset();
    RawClient whole = connect();
    whole.sendAscii(upgradeRequest(TARGET));
    whole.reset();
    RawClient half = connect();
    half.sendAscii(upgradeRequest(TARGET).substring(0, 60));
    half.endOutput();
    assertTrue(half.isEnded());
  }

  // Plain HTTP

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    RawClient client = connect();
    String health = "GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n";
    String unknown = "GET /unknown HTTP/1.1\r\nHost: x\r\n\r\n";
    client.sendAscii(health + unknown + health + upgradeRequest(TARGET));
    assertEquals(200, client.readResponse().status());
    assertEquals(404, client.readResponse().status());
    assertEquals(200, client.readResponse().status());
    assertEquals(101, client.readHead().status());
    client.sendText("upgraded");
    assertEquals("upgraded", client.readText());
  }

  @Test
  void headIsAnsweredWithoutBody() {
    RawClient client = connect();
    client.sendAscii("HEAD " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals("4", client.readHead().header("Content-Length"));
    client.sendAscii("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals("fine", client.readResponse().body());
  }

  @Test
  void otherMethodsAreNotAllowed() {
    RawClient client = connect();
    client.sendAscii("DELETE " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    HttpResponse answer = client.readResponse();
    assertEquals(405, answer.status());
    assertEquals("GET, HEAD", answer.head().header("Allow"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 100000", "Transfer-Encoding: chunked"})
  void bodyIsNotAccepted(String header) {
    String request = "POST / HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
    assertEquals(413, request(request + "5\r\nhello\r\n").status());
  }

  @Test
  void plainGetOfTheUpgradePathIsToldToUpgrade() {
    RawClient client = connect();
    client.sendAscii("GET " + TARGET + " HTTP/1.1\r\nHost: x\r\n\r\n");
    HttpResponse answer = client.readResponse();
    assertEquals(426, answer.status());
    assertEquals("websocket", answer.head().header("Upgrade"));
  }

  @Test
  void connectionEndsAfterTheAnswerWhenAskedTo() {
    HttpResponse answer =
        request("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertEquals("close", answer.head().header("Connection"));
    assertEquals("fine", answer.body());
  }

  @Test
  void http10GetIsAnsweredAndEnded() {
    assertEquals("fine", request("GET " + PATH + "/health HTTP/1.0\r\n\r\n").body());
  }

  @Test
  void plainRequestWithoutHostIs400() {
    assertEquals(400, request("GET / HTTP/1.1\r\n\r\n").status());
  }

  @Test
  void answersNobodyReadsDoNotPileUp() {
    RawClient client = RawClient.connect(server.port(), 4096);
    clients.add(client);
    String large = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
    assertThrows(
        UncheckedIOException.class,
        () -> {
          for (int i = 0; i < 100_000; i++) {
            client.sendAscii(large.repeat(10));
          }
        });
  }

  @Test
  void drainingNodeRefusesUpgradesWith503() {
    server.accepting = false;
    HttpResponse answer = request(upgradeRequest(TARGET));
    assertEquals(503, answer.status());
    assertEquals("2", answer.head().header("Retry-After"));
    assertEquals("fine", request("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n").body());
  }

  private void restart(TestConfig config) {
    server.close();
    server = new PipelineServer(config.build(), listener, 0);
  }

  private RawClient connect() {
    RawClient client = RawClient.connect(server.port());
    clients.add(client);
    return client;
  }

  private RawClient open() {
    RawClient client = RawClient.open(server.port(), "u1");
    clients.add(client);
    return client;
  }

  private RawClient openDeflated() {
    restart(new TestConfig().compression(true));
    RawClient client =
        RawClient.upgrade(server.port(), TARGET, "Sec-WebSocket-Extensions: permessage-deflate");
    clients.add(client);
    return client;
  }

  /** Sends octets that must be answered, and the answer must be the last. */
  private HttpResponse request(String octets) {
    RawClient client = connect();
    client.sendAscii(octets);
    HttpResponse answer = client.readResponse();
    assertTrue(client.isEnded());
    assertTrue(answer.head().required("Connection").startsWith("close"));
    return answer;
  }

  private static byte[] deflated(byte[] payload) {
    Deflater client = new Deflater(6, true);
    try {
      client.setInput(payload);
      byte[] out = new byte[payload.length + 100];
      int length = client.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
      return Arrays.copyOf(out, length - 4);
    } finally {
      client.end();
    }
  }
}
