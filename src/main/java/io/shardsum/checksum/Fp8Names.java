package io.shardsum.checksum;

import java.util.Optional;

/** The names of the two halves of a block-quantized pair. */
public final class Fp8Names {

  static final String WEIGHT = "weight";

  private static final String SCALE = "weight_scale_inv";

  private Fp8Names() {}

  /**
   * The name of a weight's scale: in the part behind the last dot, every {@code weight} is {@code
   * weight_scale_inv}. Empty for a name that does not end in {@code weight}.
   */
  public static Optional<String> scaleOf(String weight) {
    return weight.endsWith(WEIGHT)
        ? Optional.of(replaced(weight, WEIGHT, SCALE))
        : Optional.empty();
  }

  /** The name of the weight whose scale this would be; empty where it is not a scale's name. */
  public static Optional<String> weightOf(String scale) {
    if (!scale.endsWith(SCALE)) {
      return Optional.empty();
    }
    String weight = replaced(scale, SCALE, WEIGHT);
    return Optional.of(weight).filter(name -> scaleOf(name).equals(Optional.of(scale)));
  }

  /** Up to where the names of modules go. */
  static int moduleLength(String name) {
    return name.lastIndexOf('.') + 1;
  }

  private static String replaced(String name, String from, String to) {
    int begin = moduleLength(name);
    return name.substring(0, begin) + name.substring(begin).replace(from, to);
  }
}
