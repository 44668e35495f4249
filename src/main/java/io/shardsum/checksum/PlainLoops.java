package io.shardsum.checksum;

/** Loops that run on every virtual machine. */
final class PlainLoops implements WordLoops {

  static final PlainLoops INSTANCE = new PlainLoops();

  private PlainLoops() {}

  @Override
  public void mix(int[] words, WordOrder order, int firstWord, int[] first, int[] second) {
    mix(words, order.first(), firstWord, first);
    mix(words, order.second(), firstWord, second);
  }

  private static void mix(int[] words, WordOrder.Mix mix, int firstWord, int[] lanes) {
    mix(words, mix.products, mix.rotations, mix.product(firstWord), mix.rotation(firstWord), lanes);
  }

  /**
   * C2 makes vector instructions of it whatever ran before, since the loop always has the same
   * length, and every array is used at the index {@code j} alone. With {@code words[from + j]}
   * there are none: the arrays might overlap.
   */
  private static void mix(
      int[] words, int[] products, int[] rotations, int product, int rotation, int[] lanes) {
    for (int j = 0; j < WORDS; j++) {
      lanes[j] +=
          SglangChecksum.fmix(words[j] ^ (products[j] + product) ^ (rotations[j] ^ rotation));
    }
  }

  @Override
  public void dequantize(int[] stored, BlockScales scales, int[] words) {
    for (int block = 0; block < BLOCKS; block++) {
      lookUp(stored, block * STORED, scales.table(block), words);
    }
  }

  private static void lookUp(int[] stored, int from, int[] table, int[] words) {
    for (int index = from; index < from + STORED; index++) {
      int four = stored[index];
      words[index] = table[four & 0xFF] | table[four >>> 8 & 0xFF] << Short.SIZE;
      words[WORDS / 2 + index] = table[four >>> 16 & 0xFF] | table[four >>> 24] << Short.SIZE;
    }
  }
}
