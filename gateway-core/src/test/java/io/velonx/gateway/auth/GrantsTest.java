package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {
  @ParameterizedTest
  @CsvSource({
    "room:1, true",
    "room:11, false",
    "room:, false",
    "group:staff-a, true",
    "group:staff-, true",
    "group:staff, false",
    "group:x, false"
  })
  void listAllowsEverythingInTheChannelsItNames(String channel, boolean allowed) {
    Grants grants = grants("['room:1','group:staff-*']");
    if (ChannelName.parse(channel) != null) {
      for (ChannelAction action : ChannelAction.values()) {
        assertEquals(allowed, grants.allows(action, new ChannelName(channel)), action.word());
      }
    }
  }

  @Test
  void actionsMayHaveListsOfTheirOwn() {
    Grants grants = grants("{'subscribe':['room:*'],'publish':['room:1','room:2']}");
    ChannelName two = ChannelName.room("2");
    ChannelName three = ChannelName.room("3");
    assertTrue(grants.allows(ChannelAction.SUBSCRIBE, three));
    assertTrue(grants.allows(ChannelAction.PUBLISH, two));
    assertFalse(grants.allows(ChannelAction.PUBLISH, three));
    assertFalse(grants.allows(ChannelAction.HISTORY, two));
  }

  @Test
  void starAloneIsEveryChannelAndNothingIsNone() {
    assertTrue(grants("['*']").allows(ChannelAction.PRESENCE, ChannelName.group("g")));
    assertFalse(grants("[]").allows(ChannelAction.PRESENCE, ChannelName.group("g")));
    assertFalse(grants("{}").allows(ChannelAction.PRESENCE, ChannelName.group("g")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'room:1'", "1", "null", "[1]", "['']", "['a\\nb']", "{'publish':'room:1'}"})
  void anythingElseIsNoGrant(String claim) {
    assertNull(parse(claim));
  }

  @Test
  void claimThatIsTooLongIsNone() {
    String many = "'room:" + "x".repeat(120) + "',";
    assertNull(parse("[" + many.repeat(40) + "'room:1']"));
    assertTrue(
        grants("[" + many.repeat(30) + "'room:1']")
            .allows(ChannelAction.PUBLISH, ChannelName.room("1")));
  }

  private static Grants grants(String claim) {
    return Objects.requireNonNull(parse(claim));
  }

  private static @Nullable Grants parse(String claim) {
    try {
      return Grants.of(new ObjectMapper().readTree(claim.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
