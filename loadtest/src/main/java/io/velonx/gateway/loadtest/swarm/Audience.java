package io.velonx.gateway.loadtest.swarm;

import java.util.Arrays;

/**
 * Which connection listens to which rooms. Every process works it out by itself and comes to the
 * same answer.
 *
 * @param connections how many there will be
 * @param perConnection rooms of each connection
 * @param zipf 0: connection i listens to rooms i·k … i·k+k-1, modulo the number of rooms; above,
 *     room r has a share of 1/r^zipf of the connections
 */
public record Audience(int connections, int rooms, int perConnection, double zipf) {
  /** Moves the further rooms of a connection away from its first; the golden ratio. */
  private static final double STRIDE = 0.6180339887498949;

  public Audience {
    if (rooms < 1 || perConnection < 1 || perConnection > rooms) {
      throw new IllegalArgumentException(
          "rooms: " + rooms + ", " + perConnection + " per connection (expected: 1 to all)");
    }
  }

  /** The rooms of a connection, ascending. Threading: any thread. */
  public int[] roomsOf(long connection) {
    int[] chosen = new int[perConnection];
    for (int i = 0; i < perConnection; i++) {
      chosen[i] =
          zipf == 0 ? (int) ((connection * perConnection + i) % rooms) : skewed(connection, i);
      while (zipf > 0 && contains(chosen, i, chosen[i])) {
        chosen[i] = (chosen[i] + 1) % rooms;
      }
    }
    Arrays.sort(chosen);
    return chosen;
  }

  /** How many of the first {@code count} connections listen to each room. */
  public int[] subscribers(int count) {
    return subscribers(count, 0, 1);
  }

  /** The same among connections {@code first}, {@code first + step}, and so on. */
  int[] subscribers(int count, int first, int step) {
    int[] subscribers = new int[rooms];
    for (long connection = first; connection < count; connection += step) {
      for (int room : roomsOf(connection)) {
        subscribers[room]++;
      }
    }
    return subscribers;
  }

  /** In how many of {@code parties} event loops each room has a subscriber. */
  public int[] parties(int parties) {
    int[] sum = new int[rooms];
    for (int party = 0; party < parties; party++) {
      int[] subscribers = subscribers(connections, party, parties);
      for (int room = 0; room < rooms; room++) {
        sum[room] += subscribers[room] > 0 ? 1 : 0;
      }
    }
    return sum;
  }

  private int skewed(long connection, int choice) {
    double place = (connection + 0.5) / Math.max(1, connections) + choice * STRIDE;
    double wanted = (place - Math.floor(place)) * Weights.of(rooms, zipf)[rooms - 1];
    int room = Arrays.binarySearch(Weights.of(rooms, zipf), wanted);
    return Math.min(rooms - 1, room < 0 ? -room - 1 : room);
  }

  private static boolean contains(int[] values, int count, int wanted) {
    for (int i = 0; i < count; i++) {
      if (values[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Running sums of 1/r^zipf, kept because every connection asks for the same. */
  private static final class Weights {
    private static volatile Weights last = new Weights(1, 0);

    private final double zipf;
    private final double[] sums;

    private Weights(int rooms, double zipf) {
      this.zipf = zipf;
      sums = new double[rooms];
      double sum = 0;
      for (int room = 0; room < rooms; room++) {
        sum += 1 / Math.pow(room + 1, zipf);
        sums[room] = sum;
      }
    }

    static double[] of(int rooms, double zipf) {
      Weights known = last;
      if (known.sums.length != rooms || known.zipf != zipf) {
        known = new Weights(rooms, zipf);
        last = known;
      }
      return known.sums;
    }
  }
}
