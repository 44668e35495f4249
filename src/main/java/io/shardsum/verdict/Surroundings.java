package io.shardsum.verdict;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tensor of a copy stands among: how many matrices its rank, its file and its layer have
 * there. Matrices alone are counted, since what has one dimension is often the same in all weights.
 *
 * @param file empty where a running engine holds it
 */
public record Surroundings(String file, long ofRank, long ofFile, long ofLayer) {

  /** Nothing is known: it is alone. */
  public static final Surroundings UNKNOWN = new Surroundings("", 0, 0, 0);

  private static final Pattern LAYER = Pattern.compile("^(.*?\\.[0-9]+)\\.");

  /** The layer in a tensor's name: {@code model.layers.7}, as {@code contents.sql} finds it. */
  static Optional<String> layer(TensorName name) {
    Matcher matcher = LAYER.matcher(name.key());
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
