package io.shardsum.checksum;

/** How a release hashes a weight in block-quantized FP8 and its scale. */
public enum Fp8Rule {
  /** Each as it is stored, like any other tensor. */
  AS_STORED,
  /**
   * The dequantized weight, under the weight's name; the scale not on its own. The scale is the
   * tensor of the same module whose name has {@code weight_scale_inv} for {@code weight}. Since
   * SGLang 0.5.15.
   */
  DEQUANTIZED,
  /**
   * As {@link #DEQUANTIZED}, where that is the same in SGLang 0.5.12 and 0.5.13, whose blocks are
   * always of 128, and which look for the scale by the full name.
   */
  DEQUANTIZED_BY_128;

  private static final long EARLIER_BLOCK = 128;

  /** Whether halves of pairs are looked for. */
  public boolean dequantizes() {
    return this != AS_STORED;
  }

  /**
   * Checks that all releases of this rule do the same with a pair.
   *
   * @throws Fp8PairException if they do not
   */
  public void check(String weight, BlockFp8 pair) throws Fp8PairException {
    if (this == DEQUANTIZED_BY_128) {
      if (pair.block() != EARLIER_BLOCK) {
        throw new Fp8PairException(
            "expected blocks of 128, for releases differ in others, found " + pair.block());
      }
      if (weight.indexOf(Fp8Names.WEIGHT) < Fp8Names.moduleLength(weight)) {
        throw new Fp8PairException(
            "expected a name of which no module is called weight, for releases differ in it");
      }
    }
  }
}
