package io.velonx.gateway.backplane.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.velonx.gateway.backplane.BackplaneUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.client.RedisException;

@Timeout(10)
class ScriptRunnerTest {
  @Test
  void descriptionsHoldTheCauseAndNothingAClientSent() {
    assertEquals(
        "org.redisson.client.RedisException: WRONGPASS invalid pair",
        describe("WRONGPASS invalid pair.. channel: [id: 1] data: CommandData [params: [secret]]"));
    assertEquals(
        "org.redisson.client.RedisException: Channel has been closed",
        describe("Channel has been closed! Can't write command: (PUBLISH), params: [secret]"));
    assertEquals(
        "org.redisson.client.RedisException: timeout",
        describe("timeout. Command: (EVALSHA), params: [secret]"));
    assertEquals(160, describe("x".repeat(500)).length());
  }

  private static String describe(String message) {
    return ScriptRunner.describe(
        new BackplaneUnavailableException("no answer", new RedisException(message)));
  }
}
