package io.shardsum.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What a mistyped key was probably meant to be. */
public final class NearestName {
  private static final int SHORTEST = 4;
  private static final LevenshteinDistance EDITS = new LevenshteinDistance(2);
  private static final int TOO_MANY = -1;

  private NearestName() {}

  /** The allowed name that is not too short to tell, with the fewest edits, two at most. */
  public static Optional<String> of(String typed, Collection<String> allowed) {
    return allowed.stream()
        .filter(name -> name.length() >= SHORTEST && EDITS.apply(typed, name) != TOO_MANY)
        .min(Comparator.comparingInt(name -> EDITS.apply(typed, name)));
  }
}
