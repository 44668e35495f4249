package io.shardsum.expect.model;

/**
 * How much is planned at most, far above any model's sizes: a number in config.json must not decide
 * how much memory a plan takes.
 */
public final class SizeLimits {
  private static final long LAYERS_OF_RANKS = 1 << 16;
  private static final long EXPERTS_OF_RANKS = 1 << 20;

  private SizeLimits() {}

  /**
   * Checks the layers that the ranks hold together.
   *
   * @throws ExpectException if they are too many
   */
  public static void requireLayers(long layers, int tp) {
    if (layers * tp > LAYERS_OF_RANKS) {
      throw new ExpectException(
          "num_hidden_layers %s with tp %s is %s layers of ranks; allowed: at most %s"
              .formatted(layers, tp, layers * tp, LAYERS_OF_RANKS));
    }
  }

  /**
   * Checks the experts that the ranks hold together.
   *
   * @param experts of a layer, those that are there twice included
   * @param ranksOfEach how many ranks share each expert
   * @throws ExpectException if they are too many
   */
  public static void requireExperts(long experts, long layers, int ranksOfEach) {
    long all = experts * layers * ranksOfEach;
    if (all > EXPERTS_OF_RANKS) {
      throw new ExpectException(
          "%s experts in %s layers with tp / ep %s is %s experts of ranks; allowed: at most %s"
              .formatted(experts, layers, ranksOfEach, all, EXPERTS_OF_RANKS));
    }
  }
}
