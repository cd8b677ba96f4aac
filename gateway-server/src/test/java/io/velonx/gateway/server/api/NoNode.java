package io.velonx.gateway.server.api;

import io.velonx.gateway.NodeDirectory;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.UserStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A node with one publication and nobody on it; remembers what it was told. */
final class NoNode implements NodeControl {
  volatile CompletionStage<Void> revoked = CompletableFuture.completedStage(null);
  final List<String> calls = new CopyOnWriteArrayList<>();

  @Override
  public NodeDirectory directory() {
    throw new UnsupportedOperationException("nobody is here");
  }

  @Override
  public CompletionStage<HistoryPage> history(
      ChannelName channel, @Nullable Long before, int limit) {
    calls.add("history " + channel + " " + before + " " + limit);
    byte[] envelope = "{\"type\":\"X\",\"offset\":1}".getBytes(StandardCharsets.UTF_8);
    return CompletableFuture.completedStage(new HistoryPage(List.of(envelope, envelope), true));
  }

  @Override
  public CompletionStage<Online> online(ChannelName channel) {
    List<OnlineUser> users =
        List.of(
            new OnlineUser("anna", "Anna", UserStatus.AWAY), new OnlineUser("bert", null, null));
    return CompletableFuture.completedStage(new Online(users, 7));
  }

  @Override
  public CompletionStage<Integer> unsubscribeUser(String userId, ChannelName channel) {
    calls.add("unsubscribe " + userId + " " + channel);
    return CompletableFuture.completedStage(1);
  }

  @Override
  public CompletionStage<Integer> kickUser(String userId) {
    calls.add("kick " + userId);
    return CompletableFuture.failedStage(new IllegalStateException("away"));
  }

  @Override
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    calls.add("block " + userId + " " + blocked);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Boolean> deleteFile(String id) {
    calls.add("delete file " + id);
    return CompletableFuture.completedStage(id.equals("known"));
  }

  @Override
  public CompletionStage<Set<String>> blocked(String userId) {
    return CompletableFuture.completedStage(Set.of("mallory"));
  }

  @Override
  public CompletionStage<Void> revokeUser(String userId) {
    return revoked("user " + Revocation.ofUser(userId, 0, Duration.ZERO).id());
  }

  @Override
  public CompletionStage<Void> ban(String userId, Duration time) {
    return revoked("ban " + userId + " " + time);
  }

  @Override
  public CompletionStage<Void> revokeSession(String sessionId) {
    return revoked("session " + sessionId);
  }

  @Override
  public CompletionStage<Void> revokeToken(String tokenId) {
    return revoked("token " + tokenId);
  }

  private CompletionStage<Void> revoked(String what) {
    calls.add(what);
    return revoked;
  }
}
