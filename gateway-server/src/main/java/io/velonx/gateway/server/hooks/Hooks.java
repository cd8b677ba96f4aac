package io.velonx.gateway.server.hooks;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import java.time.Clock;

/** A back end that is asked and told over HTTP. Threading: any thread. */
public final class Hooks implements AutoCloseable {
  private final HookClient client;
  private final HookAuthorizer authorizer;
  private final HttpPublishHook publishHook;
  private final EventHook events;

  /**
   * @param nodeName who tells it
   */
  public Hooks(HookConfig config, String nodeName, Clock clock, MetricRegistry registry) {
    client = new HookClient(config, clock, registry);
    authorizer = new HookAuthorizer(client::ask, config.cache(), System::nanoTime);
    publishHook = new HttpPublishHook(client::ask);
    events = new EventHook(client::ask, nodeName, config.events(), clock, registry);
  }

  public ChannelAuthorizer authorizer() {
    return authorizer;
  }

  public PublishHook publishHook() {
    return publishHook;
  }

  public GatewayEvent.Sink events() {
    return events;
  }

  @Override
  public void close() {
    events.close();
    client.close();
  }
}
