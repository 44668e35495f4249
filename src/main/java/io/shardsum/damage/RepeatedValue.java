package io.shardsum.damage;

import java.util.Optional;

/** Finds out whether damaged ranges repeat one value of up to 8 bytes, aligned in the tensor. */
final class RepeatedValue {

  private static final int LONGEST = Long.BYTES;
  private static final int FEWEST_REPEATS = 4;

  private final byte[] value = new byte[LONGEST];
  private final boolean[] known = new boolean[LONGEST];
  private boolean repeats = true;
  private long bytes;

  /** Takes a range of a piece. */
  void add(Piece piece, int begin, int end) {
    bytes += end - begin;
    byte[] bad = piece.bad();
    for (int at = begin; repeats && at < end; at++) {
      int index = (int) ((piece.offsetBytes() + at) % LONGEST);
      repeats = !known[index] || value[index] == bad[at];
      known[index] = true;
      value[index] = bad[at];
    }
  }

  /** The length of the shortest value that all ranges repeat. */
  Optional<Long> lengthBytes() {
    for (int length = 1; repeats && length <= LONGEST; length *= 2) {
      if (bytes >= (long) FEWEST_REPEATS * length && hasPeriod(length)) {
        return Optional.of((long) length);
      }
    }
    return Optional.empty();
  }

  private boolean hasPeriod(int length) {
    for (int at = 0; at + length < LONGEST; at++) {
      if (value[at] != value[at + length]) {
        return false;
      }
    }
    return true;
  }
}
