package io.velonx.gateway.presence;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Looks up who is online in channels. Who asks gets what was true after he asked, so that nobody
 * can have come in between unseen; but those who ask within {@link #PACE} share one look, however
 * many of them come back at once.
 *
 * <p>Bounded: the channels remembered are those asked for within {@link #PACE}, and only
 * subscribers ask. Threading: any thread; the state lives on the control thread.
 */
public final class OnlineLists {
  /** The most users in one list: an answer is some 10 kB, or 80 kB if all have long names. */
  public static final int MOST = 100;

  /** Between two looks at the same channel. */
  static final Duration PACE = Duration.ofMillis(250);

  /** A list is worth no longer wait. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final Backplane backplane;
  private final ScheduledExecutorService control;
  private final GatewayMetrics metrics;

  /** Channels looked at a moment ago, and the next look at each, if somebody waits for it. */
  private final Map<ChannelName, @Nullable CompletableFuture<Online>> next = new HashMap<>();

  /**
   * @param control one thread; runs short tasks and timers
   */
  public OnlineLists(
      Backplane backplane, ScheduledExecutorService control, GatewayMetrics metrics) {
    this.backplane = backplane;
    this.control = control;
    this.metrics = metrics;
  }

  /** Who is online in a channel. Fails: as the backplane does, or when it takes too long. */
  public CompletionStage<Online> online(ChannelName channel) {
    CompletableFuture<Online> answer = new CompletableFuture<>();
    control.execute(() -> share(ask(channel), answer));
    return answer;
  }

  private CompletableFuture<Online> ask(ChannelName channel) {
    CompletableFuture<Online> waiting = next.get(channel);
    if (waiting != null) {
      return waiting;
    }
    CompletableFuture<Online> mine = new CompletableFuture<>();
    if (next.containsKey(channel)) {
      next.put(channel, mine);
    } else {
      look(channel, mine);
    }
    return mine;
  }

  private void look(ChannelName channel, CompletableFuture<Online> answer) {
    metrics.presenceLooks.inc();
    next.put(channel, null);
    control.schedule(() -> goOn(channel), PACE.toMillis(), TimeUnit.MILLISECONDS);
    Future<?> timeout =
        control.schedule(
            () -> answer.completeExceptionally(new TimeoutException("no answer")),
            TIMEOUT.toMillis(),
            TimeUnit.MILLISECONDS);
    answer.whenComplete((online, failure) -> timeout.cancel(false));
    share(backplane.online(Audience.of(channel), MOST), answer);
  }

  private void goOn(ChannelName channel) {
    CompletableFuture<Online> waiting = next.remove(channel);
    if (waiting != null) {
      look(channel, waiting);
    }
  }

  private static void share(CompletionStage<Online> from, CompletableFuture<Online> to) {
    from.whenComplete(
        (online, failure) -> {
          if (failure == null) {
            to.complete(online);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }
}
