package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.limit.UserAdmission;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells connections whom their users block: what these write is not delivered there. A list is read
 * while its user is let in, so that it holds from the first frame, and again whenever the back end
 * has changed it.
 *
 * <p>A list that cannot be read keeps nobody out; it is read as soon as that is possible.
 * Threading: any thread.
 */
public final class BlockLists implements UserAdmission {
  /** The most users one user may block: what a person reads through, not a filter for a crowd. */
  public static final int MOST = 1000;

  /** Lists that are read again at once, and how often. */
  private static final int PART = 500;

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final UserAdmission admission;
  private final Backplane backplane;
  private final ConnectionRegistry connections;
  private final ScheduledExecutorService control;

  /** Connections between their admission and their opening. */
  private final ConcurrentHashMap<Long, Newcomer> newcomers = new ConcurrentHashMap<>();

  /** Whose lists have to be read again. */
  private final Set<String> stale = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean planned = new AtomicBoolean();

  /**
   * @param admission decides who is let in
   */
  public BlockLists(
      UserAdmission admission,
      Backplane backplane,
      ConnectionRegistry connections,
      ScheduledExecutorService control) {
    this.admission = admission;
    this.backplane = backplane;
    this.connections = connections;
    this.control = control;
  }

  @Override
  public CompletionStage<@Nullable Refusal> admit(String userId, long connectionId) {
    Newcomer newcomer = new Newcomer(userId);
    // Before the list is read: a change is told to whoever waits here.
    newcomers.put(connectionId, newcomer);
    return admission
        .admit(userId, connectionId)
        .thenCombine(
            listOf(newcomer),
            (refusal, known) -> {
              if (refusal != null) {
                newcomers.remove(connectionId);
              }
              return refusal;
            });
  }

  @Override
  public void release(String userId, long connectionId) {
    newcomers.remove(connectionId);
    admission.release(userId, connectionId);
  }

  /** A connection that was admitted can be found from now on. */
  void opened(Connection connection) {
    Newcomer newcomer = newcomers.remove(connection.id());
    if (newcomer != null) {
      connection.block(newcomer.blocked);
    }
  }

  /** The back end has changed the list of a user. */
  void changed(String userId) {
    boolean here =
        connections.isConnected(userId)
            || newcomers.values().stream().anyMatch(each -> each.userId.equals(userId));
    if (here) {
      read(userId);
    }
  }

  /** Changes may have been missed: reads all lists again, part by part. */
  void missed() {
    connections.forEachUser(stale::add);
    newcomers.values().forEach(each -> stale.add(each.userId));
    readLater();
  }

  /** Never fails. */
  private CompletionStage<Boolean> listOf(Newcomer newcomer) {
    if (!backplane.health().isHealthy()) {
      // He is not made to wait for what will not come.
      return CompletableFuture.completedStage(readLater(newcomer.userId));
    }
    return ask(newcomer.userId)
        .handle(
            (blocked, failure) -> {
              if (failure != null) {
                return readLater(newcomer.userId);
              }
              newcomer.blocked = blocked;
              return true;
            });
  }

  private void read(String userId) {
    ask(userId)
        .whenComplete(
            (blocked, failure) -> {
              if (failure == null) {
                tell(userId, blocked);
              } else {
                readLater(userId);
              }
            });
  }

  /** Asks for nobody's list while there are none. */
  private CompletionStage<Set<String>> ask(String userId) {
    return backplane.nobodyBlocks()
        ? CompletableFuture.completedStage(Set.of())
        : backplane.blocked(userId);
  }

  private void tell(String userId, Set<String> blocked) {
    // In this order: whoever is not waiting to be opened any more is registered.
    for (Newcomer newcomer : newcomers.values()) {
      if (newcomer.userId.equals(userId)) {
        newcomer.blocked = blocked;
      }
    }
    connections.forEachOf(
        userId, connection -> connection.execute(() -> connection.block(blocked)));
  }

  private boolean readLater(String userId) {
    stale.add(userId);
    readLater();
    return false;
  }

  private void readLater() {
    if (!stale.isEmpty() && planned.compareAndSet(false, true)) {
      control.schedule(this::readStale, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void readStale() {
    planned.set(false);
    Iterator<String> users = stale.iterator();
    for (int i = 0; i < PART && users.hasNext() && backplane.health().isHealthy(); i++) {
      String userId = users.next();
      users.remove();
      changed(userId);
    }
    readLater();
  }

  /** A connection that is being let in. */
  private static final class Newcomer {
    private final String userId;
    private volatile Set<String> blocked = Set.of();

    Newcomer(String userId) {
      this.userId = userId;
    }
  }
}
