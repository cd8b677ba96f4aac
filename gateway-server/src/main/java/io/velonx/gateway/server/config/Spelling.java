package io.velonx.gateway.server.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody probably meant. */
final class Spelling {
  private Spelling() {}

  /** The name that differs least, or null when none is near. */
  static @Nullable String nearest(String wrong, Collection<String> names) {
    String best = null;
    // A third of the letters may be wrong; beyond that a hint only confuses.
    int least = Math.max(2, wrong.length() / 3) + 1;
    for (String name : names) {
      int distance = distance(wrong, name);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best;
  }

  /** A question to end a complaint with, or nothing. */
  static String hint(String wrong, Collection<String> names) {
    String nearest = nearest(wrong, names);
    return nearest == null ? "" : "; did you mean " + nearest + "?";
  }

  /** Insertions, deletions and replacements from one to the other. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
