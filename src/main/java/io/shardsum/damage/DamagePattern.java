package io.shardsum.damage;

/**
 * What damage looks like. The first that fits, in this order, is taken.
 *
 * <p>A range is a run of differing bytes with at most 7 equal ones between two of them. Ranges make
 * an area if there is one alone, or they have 8 bytes or more on average.
 */
public enum DamagePattern {
  /** One bit differs. */
  ONE_BIT("one bit flipped"),
  /** 2 to 16 bits differ. */
  FEW_BITS("a few bits flipped"),
  /**
   * An area that is zero: from a byte within the tensor to its end, of which the ranges reach over
   * at least half.
   */
  TRUNCATED_TAIL("zero from there to the end of the tensor"),
  /**
   * An area that is zero. Its blocks are the largest of 512 bytes, 4 KiB and 2 MiB of the file such
   * that every block that has a differing byte is zero as far as it belongs to the tensor, and
   * differing bytes reach over at least half of those blocks; none where all of the tensor is zero.
   */
  ZEROED("zeroed"),
  /** An area that repeats one value of 1, 2, 4 or 8 bytes, at least four times. */
  CONSTANT("one value repeated"),
  /**
   * Differing bytes are those of the tensor a fixed number of bytes before or behind them, up to 64
   * KiB: most of them, all but twice that number.
   */
  SHIFTED("content displaced"),
  /**
   * Differing bytes lie in lanes: blocks of 1, 2, 4, ... bytes whose begins are all a multiple of
   * the period apart, which is at least twice a lane. There are at least 8, and at least every
   * fourth possible one.
   */
  STRIDED("at equal distances"),
  /** None of the others. */
  RANDOM("no pattern");

  private final String words;

  DamagePattern(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
