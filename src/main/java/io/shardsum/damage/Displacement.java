package io.shardsum.damage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether damaged bytes are the good ones from a little before or behind them. A few
 * bytes from the middle of a range are looked for in the good copy nearby; where they are found,
 * all differing bytes are held against that distance. A byte whose good place was not compared
 * counts neither way.
 */
final class Displacement {

  private static final int FARTHEST_BYTES = 64 * 1024;
  private static final int PROBE_BYTES = 32;
  private static final int FEWEST_VALUES_OF_A_PROBE = 8;
  private static final int MOST_CANDIDATES = 8;

  /** A distance, and what speaks for it. */
  private static final class Candidate {
    private final int distance;
    private long explained;
    private long unexplained;

    Candidate(int distance) {
      this.distance = distance;
    }

    boolean holds() {
      return explained >= PROBE_BYTES
          && explained > unexplained
          && unexplained <= 2L * Math.abs(distance);
    }
  }

  private final List<Candidate> candidates = new ArrayList<>();
  private List<int[]> ranges = new ArrayList<>();
  private List<int[]> rangesBefore = List.of();
  private Piece piece;
  private Piece before;

  void begin(Piece next) {
    before = next.follows(piece) ? piece : null;
    rangesBefore = before == null ? List.of() : ranges;
    ranges = new ArrayList<>();
    piece = next;
  }

  /** Takes a range of the piece. */
  void add(int from, int to) {
    ranges.add(new int[] {from, to});
  }

  void end() {
    if (candidates.isEmpty()) {
      search();
      candidates.forEach(
          candidate -> rangesBefore.forEach(r -> hold(candidate, before, before, r)));
    }
    for (Candidate candidate : candidates) {
      if (before != null && candidate.distance < 0) {
        rangesBefore.forEach(range -> hold(candidate, before, piece, range));
      }
      for (int[] range : ranges) {
        hold(candidate, piece, piece, range);
        if (before != null && candidate.distance > 0) {
          hold(candidate, piece, before, range);
        }
      }
    }
  }

  /** Holds the differing bytes of a range against those good bytes that another piece has. */
  private static void hold(Candidate candidate, Piece ofBad, Piece ofGood, int[] range) {
    // Of a bad byte at index i, the good one is at i - shift in the other piece.
    long shift = candidate.distance + ofGood.offsetBytes() - ofBad.offsetBytes();
    int from = (int) Math.max(range[0], shift);
    int to = (int) Math.min(range[1], ofGood.length() + shift);
    for (int at = from; at < to; at++) {
      if (ofBad.differsAt(at)) {
        if (ofBad.bad()[at] == ofGood.good()[(int) (at - shift)]) {
          candidate.explained++;
        } else {
          candidate.unexplained++;
        }
      }
    }
  }

  private void search() {
    int[] longest =
        ranges.stream().max(Comparator.comparing(r -> r[1] - r[0])).orElse(new int[] {0, 0});
    int length = longest[1] - longest[0];
    for (int quarter : new int[] {2, 1, 3}) {
      int at = longest[0] + length / 4 * quarter;
      if (candidates.isEmpty() && at + PROBE_BYTES <= longest[1] && isTelling(at)) {
        search(at);
      }
    }
  }

  private boolean isTelling(int at) {
    boolean[] seen = new boolean[256];
    int values = 0;
    for (int index = at; index < at + PROBE_BYTES; index++) {
      int value = piece.bad()[index] & 0xFF;
      values += seen[value] ? 0 : 1;
      seen[value] = true;
    }
    return values >= FEWEST_VALUES_OF_A_PROBE;
  }

  private void search(int at) {
    for (int distance = 1; distance <= FARTHEST_BYTES; distance++) {
      if (candidates.size() < MOST_CANDIDATES && isThere(at, at - distance)) {
        candidates.add(new Candidate(distance));
      }
      if (candidates.size() < MOST_CANDIDATES && isThere(at, at + distance)) {
        candidates.add(new Candidate(-distance));
      }
    }
  }

  private boolean isThere(int at, int inGood) {
    return inGood >= 0
        && inGood + PROBE_BYTES <= piece.length()
        && piece.good()[inGood] == piece.bad()[at]
        && Arrays.equals(
            piece.bad(), at, at + PROBE_BYTES, piece.good(), inGood, inGood + PROBE_BYTES);
  }

  /** How far content lies behind its place; negative: before it. */
  Optional<Long> distanceBytes() {
    return candidates.stream()
        .filter(Candidate::holds)
        .max(Comparator.comparing(candidate -> candidate.explained))
        .map(candidate -> (long) candidate.distance);
  }
}
