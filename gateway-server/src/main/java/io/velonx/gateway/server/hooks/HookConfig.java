package io.velonx.gateway.server.hooks;

import io.velonx.gateway.backend.GatewayEvent;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Where a back end wants to be asked and told.
 *
 * @param secret what requests are signed with
 * @param timeout until when a question must be answered, all attempts together
 * @param cache how long an answer about permission holds; zero for no time at all
 * @param events what it wants to be told
 */
public record HookConfig(
    URI url, String secret, Duration timeout, Duration cache, Set<GatewayEvent.Kind> events) {
  public HookConfig {
    events = Set.copyOf(events);
  }
}
