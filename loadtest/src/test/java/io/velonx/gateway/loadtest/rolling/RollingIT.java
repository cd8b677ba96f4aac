package io.velonx.gateway.loadtest.rolling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisExecProvider;

/** Real processes that end, are killed and come back, under clients that miss nothing. */
class RollingIT {
  private static final int CLIENTS = 200;
  private static final int ROOMS = 20;

  @Test
  @Timeout(300)
  void nothingIsLostDoubledOrDisorderedWhileNodesAndRedisAreRestarted() throws IOException {
    RollingPlan plan =
        new RollingPlan(
            3,
            1,
            CLIENTS,
            ROOMS,
            2,
            2 * ROOMS,
            1_000,
            500,
            RedisExecProvider.defaultProvider().get().getAbsolutePath(),
            "",
            jar(),
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    RollingResult result = RollingRun.of(plan, out);
    result.print(out);

    assertNull(result.problem());
    assertEquals(0, result.lost(), result::line);
    assertEquals(0, result.duplicated(), result::line);
    assertEquals(0, result.reordered(), result::line);
    // Every room has as many listeners, and every disturbance disturbed somebody.
    assertEquals(result.published() * CLIENTS * 2 / ROOMS, result.delivered());
    assertTrue(moved(result, "drain of node 1 of 3") >= CLIENTS / 3, result::toString);
    assertTrue(moved(result, "kill -9 of node 2") > 0, result::toString);
    assertTrue(result.further().getOrDefault("publications repeated", 0L) > 0, result::toString);
  }

  private static int moved(RollingResult result, String disturbance) {
    return result.disturbances().stream()
        .filter(each -> each.name().equals(disturbance))
        .mapToInt(Disturbance::moved)
        .findFirst()
        .orElseThrow();
  }

  private static Path jar() throws IOException {
    Path jar =
        Path.of(Objects.requireNonNull(System.getProperty("gateway.jar"), "set by the build"));
    if (!Files.exists(jar)) {
      throw new IOException(jar + " is missing: run this through mvn verify");
    }
    return jar;
  }
}
