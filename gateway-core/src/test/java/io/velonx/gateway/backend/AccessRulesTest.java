package io.velonx.gateway.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Grants;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.AccessRules.ByPrefix;
import io.velonx.gateway.backend.AccessRules.Rule;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AccessRulesTest {
  private static final Principal ANNA =
      new Principal(
          "anna",
          null,
          null,
          null,
          Grants.of(JsonNodeFactory.instance.arrayNode().add("group:staff-1")));

  private final CompletableFuture<Boolean> asked = new CompletableFuture<>();
  private final AccessRules rules =
      new AccessRules(
          Map.of(
              ChannelAction.SUBSCRIBE,
              new ByPrefix(
                  Map.of(
                      "room:", Rule.OPEN,
                      "room:private-", Rule.HOOK,
                      "group:staff-", Rule.CLAIMS,
                      "group:", Rule.NOBODY)),
              ChannelAction.PUBLISH,
              new ByPrefix(Map.of("room:", Rule.OPEN))),
          (principal, action, channel) -> asked);

  @Test
  void longestPrefixDecides() {
    assertEquals(true, may(ChannelAction.SUBSCRIBE, "room:1").join());
    assertSame(asked, may(ChannelAction.SUBSCRIBE, "room:private-1"));
    assertEquals(true, may(ChannelAction.SUBSCRIBE, "group:staff-1").join());
    assertEquals(false, may(ChannelAction.SUBSCRIBE, "group:staff-2").join());
    assertEquals(false, may(ChannelAction.SUBSCRIBE, "group:1").join());
  }

  @Test
  void actionWithoutRulesIsOpenAndAChannelWithoutOneIsNot() {
    assertEquals(true, may(ChannelAction.HISTORY, "group:1").join());
    assertEquals(false, may(ChannelAction.PUBLISH, "group:1").join());
  }

  private CompletableFuture<Boolean> may(ChannelAction action, String channel) {
    return rules.mayI(ANNA, action, new ChannelName(channel));
  }
}
