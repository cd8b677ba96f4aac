package io.velonx.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.velonx.gateway.GatewayConfig.Transport;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportIT {
  @ParameterizedTest
  @EnumSource
  void messagesGoBothWaysOnEveryTransport(Transport transport) {
    assumeTrue(isAvailable(transport), () -> "SKIPPED: no " + transport + " on this machine");
    HistoryPolicy nothing = HistoryPolicy.everywhere(Retention.NONE);
    try (TestNode node =
        TestNode.start(settings -> settings.transport(transport).history(nothing))) {
      WsClient client = node.open("anna");
      client.subscribe("room:a");
      String text = "{\"type\":\"X\",\"payload\":{\"t\":\"" + "y".repeat(60_000) + "\"}}";
      node.gateway()
          .broadcastToChannel(ChannelName.room("a"), text.getBytes(StandardCharsets.UTF_8));
      assertEquals(text, client.nextBut("USER_JOINED"));
      client.close();
      assertEquals(1000, client.closeCode());
    }
  }

  @Test
  void fastestTransportThatIsThereIsTakenByDefault() {
    try (TestNode node = TestNode.start(settings -> settings)) {
      assertEquals(
          Epoll.isAvailable() ? Transport.EPOLL : Transport.NIO, node.gateway().transport());
    }
  }

  private static boolean isAvailable(Transport transport) {
    return switch (transport) {
      case AUTO, NIO -> true;
      case EPOLL -> Epoll.isAvailable();
      case IO_URING -> IoUring.isAvailable();
    };
  }
}
