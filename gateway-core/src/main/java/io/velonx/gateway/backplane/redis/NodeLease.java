package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import io.velonx.gateway.backplane.BackplaneListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place among the living, and its eye on the others.
 *
 * <p>A node counts users in under an <i>incarnation</i>, its id and a number, for which it holds a
 * lease. An incarnation is given up, and a new one taken, when the lease lapsed (the process was
 * paused, or Redis lost its data), when Redis was restarted or failed over (it may have lost its
 * last writes) or when a join or leave failed, so that nobody knows what of it took effect. Then
 * everything is joined again under the new one, and what only the old one holds is reaped like that
 * of a dead node. So one mechanism mends every kind of loss.
 *
 * <p>Threading: the control thread, except where a method says otherwise.
 */
final class NodeLease {
  private static final Logger log = LoggerFactory.getLogger(NodeLease.class);

  private final String nodeId;
  private final Duration ttl;
  private final long ownReapDelayNanos;
  private final ScriptRunner scripts;
  private final Reaper reaper;
  private final BackplaneListener listener;
  private final Reachability reachability;
  private final ControlThread control;

  private volatile @Nullable String incarnation;
  private volatile boolean doubtful;
  private @Nullable CompletableFuture<Void> waiting;

  /** Of the Redis that gave the lease; empty when it does not say. */
  private String run = "";

  private int number = 1;
  private long takenNanos;
  private boolean ended;

  NodeLease(
      String nodeId,
      BackplaneTimings timings,
      ScriptRunner scripts,
      Reaper reaper,
      BackplaneListener listener,
      Reachability reachability,
      ControlThread control) {
    this.nodeId = nodeId;
    this.ttl = timings.leaseTtl();
    // Time for joining everything again before the old incarnation is reaped.
    this.ownReapDelayNanos = timings.leaseRenewal().multipliedBy(2).toNanos();
    this.scripts = scripts;
    this.reaper = reaper;
    this.listener = listener;
    this.reachability = reachability;
    this.control = control;
  }

  /** The incarnation a lease is held for, or null while there is none. Threading: any thread. */
  @Nullable String incarnation() {
    return incarnation;
  }

  /** Completes once a lease is held. */
  CompletionStage<Void> whenHeld() {
    CompletableFuture<Void> held = new CompletableFuture<>();
    if (incarnation == null) {
      waiting = held;
    } else {
      held.complete(null);
    }
    return held;
  }

  /** Says that a join or leave failed, under that incarnation or none. Threading: any thread. */
  void doubt(@Nullable String under) {
    // What failed under an earlier one was mended when the next was taken.
    if (under == null || under.equals(incarnation)) {
      doubtful = true;
    }
  }

  /** Renews the lease, or takes one, and has the dead reaped. */
  void renew() {
    if (ended) {
      return;
    }
    String held = incarnation;
    // Joining everybody again is work that may fail in turn, so not again before this has settled.
    boolean settled = control.nanoTime() - takenNanos > ttl.toNanos();
    if (held != null && doubtful && settled) {
      giveUp("presence in doubt");
      held = null;
    }
    boolean fresh = held == null;
    String wanted = held == null ? nodeId + "~" + number : held;
    CompletionStage<List<Object>> answer =
        scripts.run(
            Script.LEASE,
            PresenceKeys.LEASES,
            List.of(PresenceKeys.LEASES),
            bytes(wanted),
            bytes(Long.toString(ttl.toMillis())),
            bytes(fresh ? "1" : "0"));
    answer.whenComplete(
        (reply, failure) -> {
          if (failure != null) {
            reachability.failed(ScriptRunner.reason(failure));
          } else {
            reachability.answered();
            control.execute(() -> accept(wanted, fresh, reply));
          }
        });
  }

  /** Takes no lease any more, and returns the incarnations there have been. */
  List<String> end() {
    ended = true;
    incarnation = null;
    // Older ones have been reaped long ago.
    int oldest = Math.max(1, number - 8);
    return IntStream.rangeClosed(oldest, number).mapToObj(i -> nodeId + "~" + i).toList();
  }

  private void accept(String wanted, boolean fresh, List<Object> reply) {
    boolean stale = ended || !wanted.equals(fresh ? nodeId + "~" + number : incarnation);
    if (stale) {
      return;
    }
    boolean good = (Long) reply.get(0) == 1;
    String answering = text(reply.get(1));
    boolean sameRun = fresh || answering.equals(run);
    if (!good || !sameRun) {
      giveUp(good ? "redis was restarted or failed over" : "lapsed");
      renew();
      return;
    }
    if (fresh && incarnation == null) {
      run = answering;
      adopt(wanted);
    }
    for (Object expired : reply.subList(2, reply.size())) {
      reap(text(expired));
    }
  }

  private static String text(Object octets) {
    return new String((byte[]) octets, StandardCharsets.UTF_8);
  }

  private void adopt(String taken) {
    boolean somethingToMend = number > 1 || doubtful;
    // In this order: what fails from here on is a doubt about the new one.
    doubtful = false;
    incarnation = taken;
    takenNanos = control.nanoTime();
    log.info("lease taken node={}", taken);
    if (somethingToMend) {
      listener.onLapsed();
    }
    if (waiting != null) {
      waiting.complete(null);
      waiting = null;
    }
  }

  private void giveUp(String reason) {
    log.warn("lease given up node={}~{} reason={}", nodeId, number, reason);
    incarnation = null;
    number++;
  }

  private void reap(String expired) {
    boolean own = expired.startsWith(nodeId + "~");
    if (!own || control.nanoTime() - takenNanos > ownReapDelayNanos) {
      reaper.reap(expired);
    }
  }
}
