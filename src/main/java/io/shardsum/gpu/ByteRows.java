package io.shardsum.gpu;

/**
 * The bytes of a batch of chunks, as they lie on the device: one buffer, in which the rows follow
 * each other. Rows end wherever their tensors do, so a row need not begin on a boundary of words.
 *
 * @param <C> a column
 */
interface ByteRows<C> {

  /** Whether the buffer itself begins on a boundary of words. */
  boolean beginOnAWord();

  /**
   * A part of the buffer as little-endian 32-bit words, without copying it.
   *
   * @param firstByte where the part begins in the buffer: a multiple of 4
   */
  C words(int firstByte, int wordCount);

  /**
   * Rows as little-endian 32-bit words: copied, with zeros behind each row, and nothing else
   * between them. Null rows have no words.
   *
   * @param padding how many zero bytes each row needs to end with a whole word; 0 for a null row
   */
  C paddedWords(int beginRow, int endRow, int[] padding);
}
