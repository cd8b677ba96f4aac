package io.velonx.gateway.pipeline;

import static io.velonx.gateway.testing.RawClient.PATH;
import static io.velonx.gateway.testing.RawClient.upgradeRequest;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.limit.AddressLimits;
import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.limit.UserAdmission;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.testing.RawClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpgradeHandlerTest {
  private static final String TARGET = PATH + "?token=u1";

  private final PipelineConfig config =
      new TestConfig().handshakeTimeout(Duration.ofSeconds(10)).build();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final CountingListener listener = new CountingListener();
  private final HeartbeatSweep sweep =
      new HeartbeatSweep(config, new OutboundTotal(config.maxOutboundBytes()));
  private final EmbeddedChannel channel = new EmbeddedChannel();

  private CompletableFuture<@Nullable Refusal> admission = CompletableFuture.completedFuture(null);
  private int released;
  private final Gate gate =
      Gate.of(
          LimitConfig.DEFAULT,
          new UserAdmission() {
            @Override
            public CompletionStage<@Nullable Refusal> admit(String userId, long connectionId) {
              return admission;
            }

            @Override
            public void release(String userId, long connectionId) {
              released++;
            }
          });
  private PublicHttp http = PipelineServer.HTTP;

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
    assertEquals(listener.opened.get(), listener.closed.get());
    assertEquals(0, sweep.size());
  }

  @Test
  void rightRequestIsAnsweredWithTheProofOfItsKey() {
    start();
    send(upgradeRequest(TARGET));
    assertEquals(
        """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        \r
        """,
        answered());
    assertEquals(1, listener.opened.get());
    assertEquals(1, metrics.accepted.getCount());
  }

  @Test
  void handshakeIsTimedByPart() {
    start();
    send("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals(0, metrics.handshakeRequest.getCount());
    send(upgradeRequest(TARGET));
    List<Timer> parts =
        List.of(metrics.handshakeRequest, metrics.handshakeToken, metrics.handshakeAdmission);
    parts.forEach(part -> assertEquals(1, part.getCount()));
    assertEquals(1, metrics.handshakeTotal.getCount());
    long sum = parts.stream().mapToLong(part -> part.getSnapshot().getMax()).sum();
    assertTrue(sum > 0 && sum <= metrics.handshakeTotal.getSnapshot().getMax());
  }

  @Test
  void refusedTokenIsTimedAndNotAHandshake() {
    start();
    send(upgradeRequest(PATH));
    assertEquals(1, metrics.handshakeToken.getCount());
    assertEquals(0, metrics.handshakeTotal.getCount());
  }

  @Test
  void onlyTheConnectionHandlerIsLeftAfterTheUpgrade() {
    start();
    send(upgradeRequest(TARGET));
    assertEquals(
        List.of("ConnectionHandler#0", "DefaultChannelPipeline$TailContext#0"),
        channel.pipeline().names());
  }

  @Test
  void firstFrameFollowsThe101() {
    listener.welcome = "hello";
    start();
    send(upgradeRequest(TARGET));
    assertTrue(answered().endsWith("\r\n\r\n\u0081\u0005hello"));
  }

  @Test
  void compressionIsNotNegotiatedUnlessItIsOn() {
    start();
    send(upgradeRequest(TARGET, "Sec-WebSocket-Extensions: permessage-deflate"));
    assertFalse(answered().contains("Extensions"));
  }

  @Test
  void deadlineIsAbsolute() {
    channel.freezeTime();
    start();
    String request = upgradeRequest(TARGET);
    for (int i = 0; i < 9; i++) {
      send(request.substring(i, i + 1));
      pass(Duration.ofSeconds(1));
    }
    assertTrue(channel.isOpen());
    send(request.substring(9, 10));
    pass(Duration.ofSeconds(1));
    assertTrue(answered().startsWith("HTTP/1.1 408 "));
    assertFalse(channel.isOpen());
  }

  @Test
  void answeredPlainRequestBeginsANewDeadline() {
    channel.freezeTime();
    start();
    for (int i = 0; i < 3; i++) {
      pass(Duration.ofSeconds(9));
      send("GET " + PATH + "/health HTTP/1.1\r\nHost: x\r\n\r\n");
      assertTrue(answered().startsWith("HTTP/1.1 200 "));
    }
    pass(Duration.ofSeconds(10));
    assertEquals("", answered());
    assertFalse(channel.isOpen());
  }

  @Test
  void deadlineEndsWithTheUpgrade() {
    channel.freezeTime();
    start();
    send(upgradeRequest(TARGET));
    pass(Duration.ofMinutes(1));
    assertTrue(channel.isOpen());
  }

  @Test
  void failureBehindAPlainRequestIsA500WithoutItsMessage() {
    http =
        path -> {
          throw new IllegalStateException("secret");
        };
    start();
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    String answer = answered();
    assertTrue(answer.startsWith("HTTP/1.1 500 "));
    assertFalse(answer.contains("secret"));
    assertEquals(1, metrics.faults.getCount());
  }

  @Test
  void whoHasThePageAlreadyIsToldSoWithoutIt() {
    http =
        path -> new HttpAnswer(200, "text/plain", "page".getBytes(UTF_8), Map.of("ETag", "\"a\""));
    start();
    for (String known : List.of("\"a\"", "\"b\", \"a\"", "W/\"a\"")) {
      send("GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + known + "\r\n\r\n");
      String answer = answered();
      assertTrue(answer.startsWith("HTTP/1.1 304 Not Modified\r\n"), answer);
      assertTrue(answer.contains("ETag: \"a\"\r\n"), answer);
      assertTrue(answer.endsWith("\r\n\r\n"), answer);
    }
    send("GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"b\"\r\n\r\n");
    assertTrue(answered().endsWith("\r\n\r\npage"));
  }

  @Test
  void nothingIsReadAfterARefusal() {
    start();
    send(upgradeRequest("/other") + upgradeRequest(TARGET));
    assertTrue(answered().startsWith("HTTP/1.1 404 "));
    assertEquals(0, listener.opened.get());
  }

  @Test
  void endInTheMiddleOfARequestIsNotAnswered() {
    start();
    send(upgradeRequest(TARGET).substring(0, 80));
    channel.close();
    assertEquals("", answered());
  }

  @Test
  void frameCutByTheEndOfThePacketIsContinued() {
    start();
    String frame = new String(RawClient.frame(RawClient.PING, new byte[] {1}), ISO_8859_1);
    send(upgradeRequest(TARGET) + frame.substring(0, 3));
    answered();
    send(frame.substring(3));
    assertEquals("\u008A\u0001\u0001", answered());
  }

  @Test
  void whatArrivesWhileOthersAreAskedIsNotLost() {
    admission = new CompletableFuture<>();
    start();
    String ping = new String(RawClient.frame(RawClient.PING, new byte[] {1}), ISO_8859_1);
    send(upgradeRequest(TARGET) + ping + ping.substring(0, 3));
    assertEquals("", answered());
    assertFalse(channel.config().isAutoRead());
    // A socket may hand over once more what it had read already.
    send(ping.substring(3));
    admission.complete(null);
    channel.runPendingTasks();
    String answer = answered();
    assertTrue(answer.startsWith("HTTP/1.1 101 "));
    assertTrue(answer.endsWith("\u008A\u0001\u0001\u008A\u0001\u0001"));
    assertTrue(channel.config().isAutoRead());
    assertEquals(1, channel.pipeline().names().indexOf("DefaultChannelPipeline$TailContext#0"));
    assertEquals(0, released);
    channel.close();
    assertEquals(1, released);
  }

  @Test
  void refusalAfterAskingOthersIsAnsweredAndWhatCameMeanwhileIgnored() {
    admission = new CompletableFuture<>();
    start();
    send(upgradeRequest(TARGET) + "behind");
    admission.complete(Refusal.of(Refusal.Reason.USER, "connections: at most 3"));
    channel.runPendingTasks();
    String answer = answered();
    assertTrue(answer.startsWith("HTTP/1.1 429 "));
    assertTrue(answer.contains("Retry-After: "));
    assertTrue(answer.contains("connections: at most 3"));
    channel.close();
    assertEquals(0, released);
  }

  @Test
  void socketThatEndsWhileOthersAreAskedIsCountedOut() {
    admission = new CompletableFuture<>();
    start();
    send(upgradeRequest(TARGET) + "behind");
    channel.close();
    admission.complete(null);
    channel.runPendingTasks();
    // Once before it was counted in, for nothing, and once after.
    assertEquals(2, released);
    assertEquals(0, listener.opened.get());
  }

  @Test
  void deadlineHoldsWhileOthersAreAsked() {
    channel.freezeTime();
    admission = new CompletableFuture<>();
    start();
    send(upgradeRequest(TARGET));
    pass(Duration.ofSeconds(10));
    assertTrue(answered().startsWith("HTTP/1.1 408 "));
    admission.complete(null);
    channel.runPendingTasks();
    assertEquals(0, listener.opened.get());
    channel.close();
    assertTrue(released > 0);
  }

  private void start() {
    LoopState loop = new LoopState(0, listener, sweep, metrics);
    Authentication authentication =
        new Authentication(
            LoginPolicy.tokensOnly(
                token -> new Verification.Accepted(new Principal(token, null, null, null))));
    Admission socket = new Admission(gate, 1);
    assertEquals(AddressLimits.Entry.WELCOME, socket.accept(channel));
    PipelineServices services =
        new PipelineServices(
            config, authentication, http, () -> true, gate, null, metrics, new AtomicLong());
    channel
        .pipeline()
        .addLast(new HttpRequestDecoder(), new UpgradeHandler(services, loop, socket, null));
  }

  private void send(String octets) {
    channel.writeInbound(Unpooled.copiedBuffer(octets, ISO_8859_1));
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private String answered() {
    StringBuilder octets = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      octets.append(part.toString(ISO_8859_1));
      part.release();
    }
    return octets.toString();
  }
}
