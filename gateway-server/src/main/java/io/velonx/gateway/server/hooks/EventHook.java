package io.velonx.gateway.server.hooks;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.server.hooks.HookAuthorizer.Question;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Tells the back end what happens, in order: one batch at a time, the next one with all that came
 * meanwhile. A batch that was not taken is sent again; while the back end is away, the oldest
 * events beyond a bound are dropped, and {@code number} tells it how many. Threading: any thread.
 */
final class EventHook implements GatewayEvent.Sink {
  /** A node with 10,000 clients that all come back at once, twice. */
  static final int MAX_WAITING = 20_000;

  static final int MAX_BATCH = 500;

  /** After a batch that was not taken; within a batch the client has tried often already. */
  private static final Executor LATER = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final Question question;
  private final String nodeName;
  private final Set<GatewayEvent.Kind> wanted;
  private final Clock clock;
  private final Counter dropped;
  private final ArrayDeque<ObjectNode> waiting = new ArrayDeque<>();
  private ArrayNode sending = JsonNodeFactory.instance.arrayNode();
  private long number;
  private volatile boolean closed;

  EventHook(
      Question question,
      String nodeName,
      Set<GatewayEvent.Kind> wanted,
      Clock clock,
      MetricRegistry registry) {
    this.question = question;
    this.nodeName = nodeName;
    this.wanted = wanted;
    this.clock = clock;
    dropped = registry.counter(MetricNames.HOOKS_EVENTS_DROPPED);
  }

  @Override
  public void accept(GatewayEvent event) {
    if (!wanted.contains(event.kind())) {
      return;
    }
    synchronized (this) {
      ObjectNode line =
          JsonNodeFactory.instance
              .objectNode()
              .put("event", event.kind().word())
              .put("number", ++number)
              .put("at", clock.instant().toString());
      if (event.userId() != null) {
        line.put("user", event.userId());
      }
      if (event.channel() != null) {
        line.put("channel", event.channel().text());
      }
      waiting.add(line);
      if (waiting.size() > MAX_WAITING) {
        waiting.remove();
        dropped.inc();
      }
      if (!sending.isEmpty()) {
        return;
      }
    }
    send();
  }

  /** Sends no more. */
  void close() {
    closed = true;
  }

  private void send() {
    ObjectNode batch = JsonNodeFactory.instance.objectNode().put("node", nodeName);
    synchronized (this) {
      while (sending.size() < MAX_BATCH && !waiting.isEmpty()) {
        sending.add(waiting.remove());
      }
      if (sending.isEmpty()) {
        return;
      }
      batch.set("events", sending.deepCopy());
    }
    question.ask("events", batch).whenComplete((taken, failure) -> sent(failure == null));
  }

  private void sent(boolean taken) {
    if (taken) {
      synchronized (this) {
        sending = JsonNodeFactory.instance.arrayNode();
      }
      send();
    } else if (!closed) {
      LATER.execute(this::send);
    }
  }
}
