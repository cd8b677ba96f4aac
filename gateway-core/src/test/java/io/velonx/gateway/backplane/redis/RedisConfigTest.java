package io.velonx.gateway.backplane.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.testing.Homes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.config.Config;
import org.redisson.config.SslVerificationMode;

@Timeout(10)
class RedisConfigTest {
  @Test
  void plainAddressHasDefaults() {
    RedisConfig config = RedisConfig.parse("redis://localhost");
    assertEquals(new RedisConfig("localhost", 6379, false, null, null, 0, true), config);
  }

  @Test
  void everyPartIsRead() {
    RedisConfig config = RedisConfig.parse("rediss://ada:s%40cret+%2F@cache.example:6380/3?x=y");
    assertEquals(new RedisConfig("cache.example", 6380, true, "ada", "s@cret+/", 3, true), config);
  }

  @Test
  void passwordMayComeWithoutUser() {
    RedisConfig config = RedisConfig.parse("redis://:secret@host:6379/");
    assertNull(config.user());
    assertEquals("secret", config.password());
    assertEquals(0, config.database());
  }

  @Test
  void passwordsThatNobodyEncodedAreTakenAsTheyAre() {
    assertEquals("a:b@c#d%", RedisConfig.parse("redis://:a:b@c#d%@host").password());
  }

  @Test
  void passwordsMayHoldSlashesAndQuestionMarks() {
    RedisConfig config = RedisConfig.parse("redis://:a/b?c@host:1/2");
    assertEquals("a/b?c", config.password());
    assertEquals("redis://host:1", config.address());
  }

  @Test
  void namesOfContainersAndAddressesOfVersionSixAreRead() {
    assertEquals("my_redis", RedisConfig.parse("redis://my_redis:7000").host());
    RedisConfig six = RedisConfig.parse("redis://[::1]:7000/1");
    assertEquals("[::1]", six.host());
    assertEquals(7000, six.port());
    assertEquals(6379, RedisConfig.parse("redis://[::1]").port());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:6379",
        "http://:hunter2@host",
        "redis://:hunter2@",
        "redis://:hunter2@host:x",
        "redis://:hunter2@host:0",
        "redis://:hunter2@host/first",
        "redis://:hunter2@one:1,two:2"
      })
  void badUrlIsRefusedWithoutShowingIt(String url) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> RedisConfig.parse(url));
    for (Throwable t = refused; t != null; t = t.getCause()) {
      assertFalse(String.valueOf(t.getMessage()).contains("hunter2"));
    }
  }

  @Test
  void textNeverShowsThePassword() {
    String text = RedisConfig.parse("rediss://ada:hunter2@host/1").toString();
    assertEquals("rediss://host:6379/1", text);
  }

  @Test
  void certificatesAreVerifiedUnlessToldNotTo() {
    RedisConfig config = RedisConfig.parse("rediss://host");
    assertEquals(SslVerificationMode.STRICT, settings(config).getSslVerificationMode());
    assertEquals(
        SslVerificationMode.NONE,
        settings(config.withVerifyCertificates(false)).getSslVerificationMode());
  }

  @Test
  void publishingIsNeverRepeatedByRedisson() {
    Config settings = settings(RedisConfig.parse("redis://host"));
    assertFalse(settings.isUseScriptCache());
    assertTrue(settings.useSingleServer().getRetryAttempts() == 0);
    assertEquals(1, settings.useSingleServer().getSubscriptionConnectionPoolSize());
  }

  private static Config settings(RedisConfig config) {
    return RedissonClients.config(
        config,
        BackplaneTimings.DEFAULT,
        "test",
        new Reachability("test"),
        new SubscriberHook(() -> {}),
        Homes.next());
  }
}
