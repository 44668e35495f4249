package io.shardsum.checksum;

/**
 * The loops in which a scan spends most of its CPU time, each over so few words that all it uses
 * stays in the first cache.
 */
interface WordLoops {

  /** Words that are mixed side by side. */
  int WORDS = 512;

  /** Rows and columns of a block that {@link #dequantize} knows. */
  int BLOCK = 128;

  /** Stored words of the columns of a block: four elements each. */
  int STORED = BLOCK / 4;

  /** Blocks whose rows become {@link #WORDS} words. */
  int BLOCKS = WORDS / 2 / STORED;

  /**
   * Mixes words with their positions, and adds what each becomes to its lanes.
   *
   * @param words {@link #WORDS} of them
   * @param firstWord index of the first of them within the tensor: a multiple of their number
   * @param first running sums of the first way to mix, one for each place of a word
   * @param second the same, of the second way
   */
  void mix(int[] words, WordOrder order, int firstWord, int[] first, int[] second);

  /**
   * Dequantizes a row of each of {@link #BLOCKS} blocks, none of whose elements is NaN.
   *
   * @param stored their elements, four in a word
   * @param scales of the blocks: numbers
   * @param words takes {@link #WORDS} words of two elements each, {@link WordOrder#EVEN_THEN_ODD}
   */
  void dequantize(int[] stored, BlockScales scales, int[] words);
}
