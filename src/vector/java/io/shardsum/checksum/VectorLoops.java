package io.shardsum.checksum;

import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops by the Vector API, for virtual machines that were started with {@code --add-modules
 * jdk.incubator.vector}.
 *
 * <p>C2 makes instructions of them only if it inlines every call; if not, each vector is an object,
 * and the loop takes ten times as long. What that needs was found by trial (bench/README.md): few
 * operations in a method; methods that are compiled by themselves ({@code dontinline} in
 * conf/jvm.options); vectors from arrays, not from buffers; no vector that is carried from one turn
 * of a loop to the next. {@link LoopChoice} measures whether it worked.
 */
final class VectorLoops implements WordLoops {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LENGTH = INTS.length();

  /** Exponent and mantissa of an element, where they are in a float32. */
  private static final int MAGNITUDE = 0x07F0_0000;

  /** From an element's exponent to that of a float32. */
  private static final int EXPONENT = 120 << 23;

  /** What the leading 1 adds to a subnormal element, before that is doubled. */
  private static final float LEAST_NORMAL_HALF = 0x1p-7f;

  private static final int SIGN = 0x8000_0000;
  private static final int UPPER = 0xFFFF_0000;
  private static final int SIGN_OF_LOWER = 0x8000;

  /** Half of the last place of a bf16 in a float32. */
  private static final int HALF = 0x8000;

  /**
   * @throws UnsupportedOperationException if vectors are too long for a row of a block
   */
  VectorLoops() {
    if (STORED % LENGTH != 0) {
      throw new UnsupportedOperationException("Vectors of " + LENGTH + " words");
    }
  }

  @Override
  public void mix(int[] words, WordOrder order, int firstWord, int[] first, int[] second) {
    mix(words, order.first(), firstWord, first);
    mix(words, order.second(), firstWord, second);
  }

  private static void mix(int[] words, WordOrder.Mix mix, int firstWord, int[] lanes) {
    mix(words, mix.products, mix.rotations, mix.product(firstWord), mix.rotation(firstWord), lanes);
  }

  private static void mix(
      int[] words, int[] products, int[] rotations, int product, int rotation, int[] lanes) {
    for (int j = 0; j < WORDS; j += LENGTH) {
      IntVector x =
          IntVector.fromArray(INTS, words, j)
              .lanewise(XOR, IntVector.fromArray(INTS, products, j).add(product))
              .lanewise(XOR, IntVector.fromArray(INTS, rotations, j).lanewise(XOR, rotation));
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(0x85EBCA6B);
      x = x.lanewise(XOR, x.lanewise(LSHR, 13)).mul(0xC2B2AE35);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16));
      IntVector.fromArray(INTS, lanes, j).add(x).intoArray(lanes, j);
    }
  }

  @Override
  public void dequantize(int[] stored, BlockScales scales, int[] words) {
    if (scales.roundByAddition()) {
      multiply(stored, 0, scales.values(), words, 0);
      multiply(stored, 16, scales.values(), words, WORDS / 2);
    } else {
      PlainLoops.INSTANCE.dequantize(stored, scales, words);
    }
  }

  /** Makes a word of two elements of each stored word, which begin at bit {@code shift}. */
  private static void multiply(int[] stored, int shift, float[] scales, int[] words, int to) {
    for (int block = 0; block < BLOCKS; block++) {
      float scale = scales[block];
      float twice = 2 * scale;
      float less = -twice * LEAST_NORMAL_HALF;
      int end = (block + 1) * STORED;
      for (int index = block * STORED; index < end; index += LENGTH) {
        IntVector two = IntVector.fromArray(INTS, stored, index).lanewise(LSHR, shift);
        IntVector lower = product(two.lanewise(LSHL, 20), scale, twice, less).lanewise(LSHR, 16);
        IntVector upper = product(two.lanewise(LSHL, 12), scale, twice, less).and(UPPER);
        lower
            .add(upper)
            .add(two.lanewise(LSHL, 8).and(SIGN_OF_LOWER))
            .add(two.lanewise(LSHL, 16).and(SIGN))
            .intoArray(words, to + index);
      }
    }
  }

  /**
   * The bits of the product of magnitude and scale, to which half of the last place of a bf16 was
   * added.
   *
   * <p>With the exponent moved, a normal element is a float32 {@code y} at once. A subnormal one
   * has a leading 1 too much and is half as large: it is {@code 2 * y - 2^-6}, which is the lesser
   * of both, as {@code y} is for the others. There is no subnormal float32 on the way, which some
   * processors take a hundred times as long for. Both products are exact but for one rounding.
   */
  private static IntVector product(IntVector element, float scale, float twice, float less) {
    FloatVector y = (FloatVector) element.and(MAGNITUDE).add(EXPONENT).reinterpretShape(FLOATS, 0);
    IntVector normal = (IntVector) y.mul(scale).reinterpretShape(INTS, 0);
    IntVector subnormal =
        (IntVector)
            y.lanewise(
                    FMA, FloatVector.broadcast(FLOATS, twice), FloatVector.broadcast(FLOATS, less))
                .reinterpretShape(INTS, 0);
    return normal.min(subnormal).add(HALF);
  }
}
