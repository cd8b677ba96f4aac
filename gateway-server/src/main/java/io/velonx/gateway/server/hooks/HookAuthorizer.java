package io.velonx.gateway.server.hooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.protocol.ChannelName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the back end, and remembers what it said for a while. Who asks the same while the question
 * is under way gets the same answer. What is remembered of a user goes with the last of his
 * connections. Threading: any thread.
 */
final class HookAuthorizer implements ChannelAuthorizer {
  private final Question question;
  private final long cacheNanos;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, User> users = new ConcurrentHashMap<>();

  HookAuthorizer(Question question, Duration cache, LongSupplier nanoTime) {
    this.question = question;
    this.cacheNanos = cache.toNanos();
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletableFuture<Boolean> mayI(
      Principal principal, ChannelAction action, ChannelName channel) {
    User user = users.computeIfAbsent(principal.userId(), id -> new User());
    Topic topic = new Topic(action, channel);
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    Entry asked;
    synchronized (user) {
      Entry known = user.entries.get(topic);
      Boolean answer = known == null ? null : known.answer;
      if (known != null && answer == null) {
        known.waiting.add(mine);
        return mine;
      }
      if (known != null && answer != null && nanoTime.getAsLong() - known.atNanos < cacheNanos) {
        return answer ? ALLOWED : REFUSED;
      }
      asked = new Entry();
      asked.waiting.add(mine);
      user.entries.put(topic, asked);
    }
    question
        .ask("authorize", about(principal, action, channel))
        .whenComplete((json, failure) -> answered(user, topic, asked, json, failure));
    return mine;
  }

  @Override
  public void forget(String userId, ChannelName channel) {
    User user = users.get(userId);
    if (user != null) {
      synchronized (user) {
        user.entries.keySet().removeIf(topic -> topic.channel.equals(channel));
      }
    }
  }

  @Override
  public void forget(String userId) {
    users.remove(userId);
  }

  /** How many users something is known of. */
  int size() {
    return users.size();
  }

  private void answered(
      User user, Topic topic, Entry asked, @Nullable JsonNode json, @Nullable Throwable failure) {
    JsonNode allow = json == null ? null : json.get("allow");
    // Completed within, so that nobody who asks from now on overtakes those who waited.
    synchronized (user) {
      boolean revoked = user.entries.get(topic) != asked;
      if (failure != null || allow == null || !allow.isBoolean() || revoked) {
        user.entries.remove(topic, asked);
        Throwable reason =
            failure != null
                ? failure
                : new IOException(revoked ? "revoked meanwhile" : "the answer lacks allow");
        asked.waiting.forEach(each -> each.completeExceptionally(reason));
      } else {
        asked.answer = allow.booleanValue();
        asked.atNanos = nanoTime.getAsLong();
        asked.waiting.forEach(each -> each.complete(allow.booleanValue()));
      }
      asked.waiting.clear();
    }
  }

  private static ObjectNode about(Principal principal, ChannelAction action, ChannelName channel) {
    return HttpPublishHook.user(principal)
        .put("action", action.word())
        .put("channel", channel.text());
  }

  /** Carries a question to the back end. */
  @FunctionalInterface
  interface Question {
    CompletableFuture<JsonNode> ask(String hook, ObjectNode question);
  }

  private record Topic(ChannelAction action, ChannelName channel) {}

  /** What is known of one user; guards itself. */
  private static final class User {
    private final Map<Topic, Entry> entries = new HashMap<>();
  }

  /** An answer, or who waits for it. */
  private static final class Entry {
    private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>(1);
    private @Nullable Boolean answer;
    private long atNanos;
  }
}
