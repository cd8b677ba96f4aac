package io.velonx.gateway;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.fanout.ChannelCost;
import io.velonx.gateway.fanout.ChannelCosts;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.FanoutLoop;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CloseReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who and what is on this node, page by page. Threading: any thread; a page is what was seen while
 * it was made.
 */
public final class NodeDirectory {
  private final ConnectionRegistry connections;
  private final ChannelRegistry channels;
  private final List<FanoutLoop> fanoutLoops;

  NodeDirectory(
      ConnectionRegistry connections, ChannelRegistry channels, List<FanoutLoop> fanoutLoops) {
    this.connections = connections;
    this.channels = channels;
    this.fanoutLoops = fanoutLoops;
  }

  /** Users with connections here whose ids begin so, in the order of their ids, behind that one. */
  public List<String> users(String prefix, @Nullable String after, int limit) {
    Page<String> page = new Page<>(Comparator.naturalOrder(), after, limit);
    connections.forEachUser(
        user -> {
          if (user.startsWith(prefix)) {
            page.offer(user);
          }
        });
    return page.sorted();
  }

  /** Channels with subscribers here that begin so, in the order of their names, behind that one. */
  public List<ChannelName> channels(String prefix, @Nullable ChannelName after, int limit) {
    Page<ChannelName> page = new Page<>(Comparator.naturalOrder(), after, limit);
    channels.forEachChannel(
        name -> {
          if (name.text().startsWith(prefix)) {
            page.offer(name);
          }
        });
    return page.sorted();
  }

  /**
   * What channels with subscribers here that begin so cost a moment ago.
   *
   * @param after makes sense in the order of names only
   */
  public CostPage costs(String prefix, CostOrder order, @Nullable ChannelName after, int limit) {
    ChannelCosts costs = new ChannelCosts(channels, fanoutLoops, System::nanoTime);
    Page<ChannelCost> page =
        new Page<>(
            order.comparator, after == null ? null : new ChannelCost(after, 0, 0, 0, 0), limit);
    costs.forEach(name -> name.text().startsWith(prefix), page::offer);
    return new CostPage(page.sorted(), costs);
  }

  /**
   * Connections in the order in which they came, behind that one.
   *
   * @param userId only his; null for everybody's
   */
  public List<OpenConnection> connections(
      @Nullable String userId, @Nullable Long after, int limit) {
    Page<OpenConnection> page =
        new Page<>(
            Comparator.naturalOrder(), after == null ? null : new OpenConnection(after, ""), limit);
    Consumer<Connection> offer =
        each -> page.offer(new OpenConnection(each.id(), each.principal().userId()));
    if (userId == null) {
      connections.forEach(offer);
    } else {
      connections.forEachOf(userId, offer);
    }
    return page.sorted();
  }

  /** The channels a connection is subscribed to; null when it is not here. */
  public @Nullable CompletionStage<List<ChannelName>> subscriptions(OpenConnection wanted) {
    Connection connection = find(wanted);
    if (connection == null) {
      return null;
    }
    CompletableFuture<List<ChannelName>> answer = new CompletableFuture<>();
    connection.execute(
        () -> {
          List<ChannelName> names = new ArrayList<>(connection.subscriptionCount());
          connection.forEachSubscription(subscription -> names.add(subscription.channel()));
          answer.complete(names.stream().sorted().toList());
        });
    return answer;
  }

  /** The connection of that number; null when it is not here. */
  public @Nullable OpenConnection connection(long id) {
    OpenConnection[] found = new OpenConnection[1];
    connections.forEach(
        each -> {
          if (each.id() == id) {
            found[0] = new OpenConnection(id, each.principal().userId());
          }
        });
    return found[0];
  }

  /** Closes one connection with 4003. Fails: false when it is not here. */
  public boolean close(OpenConnection wanted) {
    Connection connection = find(wanted);
    if (connection != null) {
      connection.close(CloseReason.KICKED);
    }
    return connection != null;
  }

  private @Nullable Connection find(OpenConnection wanted) {
    Connection[] found = new Connection[1];
    connections.forEachOf(
        wanted.userId,
        each -> {
          if (each.id() == wanted.id) {
            found[0] = each;
          }
        });
    return found[0];
  }

  /**
   * Channels with their costs.
   *
   * @param node the costs of all channels together
   */
  public record CostPage(List<ChannelCost> channels, ChannelCosts node) {}

  /** What stands first in a list of costs: the name, or who costs most. */
  public enum CostOrder {
    NAME(Comparator.comparing(ChannelCost::channel)),
    DELIVERIES(most(Comparator.comparingLong(ChannelCost::deliveries))),
    OCTETS(most(Comparator.comparingLong(ChannelCost::octets))),
    CPU(most(Comparator.comparingDouble(ChannelCost::share)));

    @SuppressWarnings("ImmutableEnumChecker") // stateless comparators
    private final Comparator<ChannelCost> comparator;

    CostOrder(Comparator<ChannelCost> comparator) {
      this.comparator = comparator;
    }

    private static Comparator<ChannelCost> most(Comparator<ChannelCost> least) {
      return least.reversed().thenComparing(ChannelCost::channel);
    }
  }

  /**
   * A connection, as it is told of.
   *
   * @param id unique on this node
   */
  public record OpenConnection(long id, String userId) implements Comparable<OpenConnection> {
    @Override
    public int compareTo(OpenConnection other) {
      return Long.compare(id, other.id);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof OpenConnection connection && connection.id == id;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(id);
    }
  }

  /** The smallest of many behind a place, without sorting them all. */
  private static final class Page<T> {
    private final Comparator<T> order;
    private final @Nullable T after;
    private final int limit;
    private final PriorityQueue<T> largestFirst;

    Page(Comparator<T> order, @Nullable T after, int limit) {
      this.order = order;
      largestFirst = new PriorityQueue<>(order.reversed());
      this.after = after;
      this.limit = limit;
    }

    void offer(T item) {
      if (after != null && order.compare(item, after) <= 0) {
        return;
      }
      T largest = largestFirst.size() < limit ? null : largestFirst.peek();
      if (largest == null || order.compare(item, largest) < 0) {
        largestFirst.add(item);
        if (largestFirst.size() > limit) {
          largestFirst.remove();
        }
      }
    }

    List<T> sorted() {
      return largestFirst.stream().sorted(order).toList();
    }
  }
}
