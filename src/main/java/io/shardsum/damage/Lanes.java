package io.shardsum.damage;

import java.util.Arrays;
import java.util.Optional;

/**
 * Finds a period in the positions of differing bytes. Positions are looked at in lanes of 1, 2, 4,
 * ... bytes; the greatest common divisor of the distances between lanes is their period, also where
 * some of them do not differ by chance.
 */
final class Lanes {

  private static final int WIDEST_LANE_SHIFT = 20;
  private static final int FEWEST_LANES = 8;
  private static final int MOST_EMPTY_OF_ONE = 4;

  private final long[] divisors = new long[WIDEST_LANE_SHIFT + 1];
  private final long[] counts = new long[WIDEST_LANE_SHIFT + 1];
  private final long[] last = new long[WIDEST_LANE_SHIFT + 1];
  private long first = -1;

  /** All narrower ones have no period. */
  private int narrowest;

  /** Takes the next differing byte. */
  void add(long position) {
    if (first < 0) {
      first = position;
      Arrays.fill(counts, 1);
      for (int shift = 0; shift <= WIDEST_LANE_SHIFT; shift++) {
        last[shift] = position >> shift;
      }
      return;
    }
    for (int shift = narrowest; shift <= WIDEST_LANE_SHIFT; shift++) {
      long lane = position >> shift;
      if (lane == last[shift]) {
        return; // then it is in the same of all wider lanes, too
      }
      divisors[shift] = divisor(lane - last[shift], divisors[shift]);
      last[shift] = lane;
      counts[shift]++;
    }
    while (narrowest <= WIDEST_LANE_SHIFT && divisors[narrowest] == 1) {
      narrowest++;
    }
  }

  private static long divisor(long one, long other) {
    long a = one;
    long b = other;
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

  /** The distance of lanes in bytes, of the narrowest lanes that have one. */
  Optional<Long> periodBytes() {
    for (int shift = 0; shift <= WIDEST_LANE_SHIFT; shift++) {
      long divisor = divisors[shift];
      if (divisor >= 2 && counts[shift] >= FEWEST_LANES) {
        long possible = (last[shift] - (first >> shift)) / divisor + 1;
        if (counts[shift] * MOST_EMPTY_OF_ONE >= possible) {
          return Optional.of(divisor << shift);
        }
      }
    }
    return Optional.empty();
  }
}
