package io.shardsum.checksum;

import java.util.function.IntUnaryOperator;

/**
 * In which order {@link WordLoops#WORDS} words of a tile lie, as tables of what the checksum mixes
 * each of them with.
 *
 * <p>Word {@code i} is mixed with {@code (i * factor + seed) ^ rotl(i, distance)}, twice, with
 * other numbers. With {@code i = first + j}, where {@code first} has zeros in the bits that {@code
 * j} uses, both terms split into a table over {@code j} and a constant.
 */
final class WordOrder {

  static final Numbers FIRST = new Numbers(0x27D4EB2D, 0x243F6A88, 15);

  /** Its seed is {@code low32((0x243F6A88 * 0x9E3779B1) ^ 0xDEADBEEF)}. */
  static final Numbers SECOND = new Numbers(0x165667B1, 0x2C74EE7, 13);

  /** One behind the other. */
  static final WordOrder NATURAL = new WordOrder(at -> at);

  /** Those of even index, then those of odd index. */
  static final WordOrder EVEN_THEN_ODD =
      new WordOrder(at -> at < WordLoops.WORDS / 2 ? 2 * at : 2 * (at - WordLoops.WORDS / 2) + 1);

  private final Mix first;
  private final Mix second;

  private WordOrder(IntUnaryOperator indexOfWord) {
    first = new Mix(FIRST, indexOfWord);
    second = new Mix(SECOND, indexOfWord);
  }

  Mix first() {
    return first;
  }

  Mix second() {
    return second;
  }

  /** The numbers of one of the two ways to mix. */
  record Numbers(int factor, int seed, int distance) {

    int mixed(int word, int index) {
      return SglangChecksum.fmix(
          word ^ (index * factor + seed) ^ Integer.rotateLeft(index, distance));
    }
  }

  /** One of the two ways to mix, as tables over the words and two constants. */
  static final class Mix {
    private final Numbers numbers;
    final int[] products = new int[WordLoops.WORDS];
    final int[] rotations = new int[WordLoops.WORDS];

    private Mix(Numbers numbers, IntUnaryOperator indexOfWord) {
      this.numbers = numbers;
      for (int at = 0; at < WordLoops.WORDS; at++) {
        int index = indexOfWord.applyAsInt(at);
        products[at] = index * numbers.factor + numbers.seed;
        rotations[at] = Integer.rotateLeft(index, numbers.distance);
      }
    }

    /** What to add to each of the products, if the first word has this index. */
    int product(int firstWord) {
      return firstWord * numbers.factor;
    }

    /** What to XOR into each of the rotations, if the first word has this index. */
    int rotation(int firstWord) {
      return Integer.rotateLeft(firstWord, numbers.distance);
    }
  }
}
