package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.IoEventLoop;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.UserStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A backplane that writes down what it is asked for, and answers when the test says so. Threading:
 * the test's thread.
 */
public final class RecordingBackplane implements Backplane {
  /** What was asked, one line each: {@code join room:a u1}, {@code publish room:a {…}}, … */
  public final List<String> calls = new ArrayList<>();

  /** Whether {@link #join} says that the user is the first. */
  public boolean first = true;

  /** Whether {@link #leave} says that the user is gone for good. */
  public boolean last = true;

  /** The size of every audience. */
  public long size = 1;

  /** The status that {@link #appear} says it has brought about. */
  public @Nullable UserStatus status;

  /** Whether every call fails. */
  public boolean unavailable;

  /** Whether joins and leaves wait for {@link #answerHeld}. */
  public boolean hold;

  /** What {@link #subscribe} returns; null for an answer at once. */
  public @Nullable CompletableFuture<Void> topic;

  /** The reads that wait for the test to answer them. */
  public final Deque<CompletableFuture<LogSlice>> reads = new ArrayDeque<>();

  /** The marks that wait for the test to answer them. */
  public final Deque<CompletableFuture<Bookmark>> marks = new ArrayDeque<>();

  /** The lists that wait for the test to give them. */
  public final Deque<CompletableFuture<Online>> lists = new ArrayDeque<>();

  private final List<Runnable> held = new ArrayList<>();

  /** Takes the recorded calls. */
  public List<String> takeCalls() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  /** Answers the joins and leaves that wait, in the order in which they came. */
  public void answerHeld() {
    List<Runnable> answers = List.copyOf(held);
    held.clear();
    answers.forEach(Runnable::run);
  }

  @Override
  public void start(BackplaneListener listener, IoEventLoop home) {}

  @Override
  public CompletionStage<Void> publish(ChannelName channel, byte[] envelope) {
    return answer("publish " + channel + " " + new String(envelope, UTF_8), null);
  }

  @Override
  public CompletionStage<Appended> append(
      LogKey log, byte[] envelope, Retention retention, @Nullable Idempotency idempotency) {
    return answer("append " + log + " " + new String(envelope, UTF_8), Appended.LIVE_ONLY);
  }

  @Override
  public CompletionStage<LogSlice> read(
      LogKey log, long after, int limit, @Nullable Position seen) {
    calls.add("read " + log + " " + after + " " + limit + (seen == null ? "" : " " + seen));
    CompletableFuture<LogSlice> answer = new CompletableFuture<>();
    reads.add(answer);
    return answer;
  }

  @Override
  public CompletionStage<Bookmark> mark(LogKey log, String reader, @Nullable Position upTo) {
    calls.add("mark " + log + " " + reader + (upTo == null ? "" : " " + upTo));
    CompletableFuture<Bookmark> answer = new CompletableFuture<>();
    marks.add(answer);
    return answer;
  }

  @Override
  public CompletionStage<Integer> publishToUser(String userId, String note, byte[] envelope) {
    return answer("publishToUser " + userId + " " + note + new String(envelope, UTF_8), 1);
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelName channel) {
    CompletionStage<Void> answer = answer("subscribe " + channel, null);
    return topic == null ? answer : topic;
  }

  @Override
  public void unsubscribe(ChannelName channel) {
    calls.add("unsubscribe " + channel);
  }

  @Override
  public void resubscribe(ChannelName channel) {
    calls.add("resubscribe " + channel);
  }

  @Override
  public CompletionStage<Joined> join(Audience audience, String userId) {
    return step("join " + audience + " " + userId, new Joined(first, size));
  }

  @Override
  public CompletionStage<Joined> appear(OnlineUser user) {
    String away = user.status() == UserStatus.AWAY ? " away" : "";
    return step("join everyone " + user.userId() + away, new Joined(first, size, status));
  }

  @Override
  public CompletionStage<Online> online(Audience audience, int most) {
    calls.add("online " + audience);
    CompletableFuture<Online> answer = new CompletableFuture<>();
    lists.add(answer);
    return answer;
  }

  @Override
  public CompletionStage<Left> leave(Audience audience, String userId) {
    return step("leave " + audience + " " + userId, new Left(last, size - 1));
  }

  @Override
  public CompletionStage<Void> startTyping(ChannelName channel, String userId, byte[] envelope) {
    return answer("startTyping " + channel + " " + userId, null);
  }

  @Override
  public CompletionStage<Void> stopTyping(ChannelName channel, String userId, byte[] envelope) {
    return answer("stopTyping " + channel + " " + userId, null);
  }

  @Override
  public CompletionStage<Boolean> admit(String userId, long connectionId, UserCap cap) {
    return CompletableFuture.completedStage(true);
  }

  @Override
  public void release(String userId, long connectionId) {}

  @Override
  public CompletionStage<Long> charge(String userId, String action, Rate rate) {
    return CompletableFuture.completedStage(0L);
  }

  @Override
  public CompletionStage<Void> revoke(Revocation revocation) {
    return answer("revoke " + revocation.text(), null);
  }

  @Override
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    return answer("block " + userId + " " + new TreeSet<>(blocked), null);
  }

  @Override
  public CompletionStage<Set<String>> blocked(String userId) {
    return answer("blocked " + userId, Set.of());
  }

  @Override
  public CompletionStage<Void> probe() {
    return answer("probe", null);
  }

  @Override
  public BackplaneHealth health() {
    return new BackplaneHealth(!unavailable, !unavailable);
  }

  @Override
  public BackplaneState state() {
    return unavailable ? BackplaneState.DEGRADED : BackplaneState.UP;
  }

  @Override
  public CompletionStage<Void> shutdown(Duration deadline) {
    return answer("shutdown", null);
  }

  @Override
  public void close() {}

  private <T> CompletionStage<T> step(String call, T answer) {
    if (!hold) {
      return answer(call, answer);
    }
    calls.add(call);
    CompletableFuture<T> later = new CompletableFuture<>();
    held.add(() -> later.complete(answer));
    return later;
  }

  private <T> CompletionStage<T> answer(String call, @Nullable T answer) {
    calls.add(call);
    return unavailable
        ? CompletableFuture.failedStage(new BackplaneUnavailableException("as told", null))
        : CompletableFuture.completedStage(answer);
  }
}
