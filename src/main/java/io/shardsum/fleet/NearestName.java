package io.shardsum.fleet;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a mistyped key was probably meant to be. */
final class NearestName {
  private static final int LONGEST = 40;
  private static final int SHORTEST = 4;
  private static final int EDITS = 2;

  private NearestName() {}

  /** The allowed name that is not too short to tell, with the fewest edits, two at most. */
  static Optional<String> of(String typed, Collection<String> allowed) {
    if (typed.length() > LONGEST) {
      return Optional.empty();
    }
    return allowed.stream()
        .filter(name -> name.length() >= SHORTEST && edits(typed, name) <= EDITS)
        .min(Comparator.comparingInt(name -> edits(typed, name)));
  }

  private static int edits(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column < above.length; column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[above.length];
      current[0] = row;
      for (int column = 1; column < above.length; column++) {
        int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                above[column - 1] + change, Math.min(above[column] + 1, current[column - 1] + 1));
      }
      above = current;
    }
    return above[to.length()];
  }
}
