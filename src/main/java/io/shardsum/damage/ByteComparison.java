package io.shardsum.damage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares a bad copy of a tensor with a good one, piece by piece, in order. Holds two pieces of
 * each copy at a time.
 */
public final class ByteComparison {

  /** So many equal bytes do not end a range; damaged bytes may be equal by chance. */
  private static final int MOST_EQUAL_BYTES_WITHIN = 7;

  private static final int MOST_BITS_OF_FEW = 16;
  private static final int MEAN_BYTES_OF_AN_AREA = 8;

  private final TensorSite site;
  private final int rangesKept;
  private final List<DamagedRange> ranges = new ArrayList<>();
  private final ZeroRuns zeros;
  private final RepeatedValue value = new RepeatedValue();
  private final Displacement displacement = new Displacement();
  private final Lanes lanes = new Lanes();
  private long endBytes;
  private long openBegin;
  private long openEnd;
  private long rangeCount;
  private long differingBytes;
  private long differingBits;
  private long rangeBytes;
  private long comparedBytes;

  /**
   * Begins.
   *
   * @param site of the bad copy
   * @param rangesKept how many ranges are listed; all are counted
   */
  public ByteComparison(TensorSite site, int rangesKept) {
    this.site = site;
    this.rangesKept = rangesKept;
    this.zeros = new ZeroRuns(site);
  }

  /**
   * Compares the next piece. The arrays must not change before the piece after it was compared.
   *
   * @param offsetBytes where the piece begins in the tensor, at or behind the end of the one before
   * @throws IllegalArgumentException if the two are not of one length, or pieces overlap
   */
  public void add(long offsetBytes, byte[] bad, byte[] good) {
    if (bad.length != good.length || offsetBytes < endBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "Cannot compare %d with %d bytes from byte %d on: expected equal numbers, from byte %d on",
              bad.length,
              good.length,
              offsetBytes,
              endBytes));
    }
    Piece piece = new Piece(offsetBytes, bad, good);
    endBytes = piece.endBytes();
    comparedBytes += bad.length;
    displacement.begin(piece);
    zeros.begin(piece);
    for (int at = piece.nextDifference(0); at >= 0; ) {
      int end = endOfRange(piece, at);
      addRange(piece, at, end);
      at = piece.nextDifference(end);
    }
    zeros.end();
    displacement.end();
  }

  private static int endOfRange(Piece piece, int begin) {
    int end = begin + 1;
    for (int at = end; at < piece.length() && at - end <= MOST_EQUAL_BYTES_WITHIN; at++) {
      if (piece.differsAt(at)) {
        end = at + 1;
      }
    }
    return end;
  }

  private void addRange(Piece piece, int begin, int end) {
    byte[] bad = piece.bad();
    byte[] good = piece.good();
    for (int at = begin; at < end; at++) {
      int difference = (bad[at] ^ good[at]) & 0xFF;
      if (difference != 0) {
        differingBytes++;
        differingBits += Integer.bitCount(difference);
        lanes.add(piece.offsetBytes() + at);
      }
    }
    rangeBytes += end - begin;
    zeros.add(begin, end);
    value.add(piece, begin, end);
    displacement.add(begin, end);
    long from = piece.offsetBytes() + begin;
    if (rangeCount == 0 || from - openEnd > MOST_EQUAL_BYTES_WITHIN) {
      keepOpenRange();
      openBegin = from;
      rangeCount++;
    }
    openEnd = piece.offsetBytes() + end;
  }

  private void keepOpenRange() {
    if (rangeCount > 0 && ranges.size() < rangesKept) {
      ranges.add(openRange());
    }
  }

  private DamagedRange openRange() {
    return new DamagedRange(openBegin, openEnd - openBegin, site.fileOffsetBytes() + openBegin);
  }

  /** What differs, once all pieces were compared; empty if nothing does. */
  public Optional<Damage> damage() {
    if (differingBytes == 0) {
      return Optional.empty();
    }
    List<DamagedRange> listed = new ArrayList<>(ranges);
    if (listed.size() < rangesKept) {
      listed.add(openRange());
    }
    long element = site.elementAt(listed.get(0).offsetBytes());
    DamagePattern pattern = pattern();
    return Optional.of(
        new Damage(
            pattern,
            patternBytes(pattern),
            listed,
            rangeCount,
            differingBytes,
            differingBits,
            element,
            site.coordinates(element),
            comparedBytes));
  }

  private DamagePattern pattern() {
    if (differingBits <= MOST_BITS_OF_FEW) {
      return differingBits == 1 ? DamagePattern.ONE_BIT : DamagePattern.FEW_BITS;
    }
    if (rangeCount == 1 || rangeBytes >= MEAN_BYTES_OF_AN_AREA * rangeCount) {
      if (zeros.allZero()) {
        return zeros.isTail() ? DamagePattern.TRUNCATED_TAIL : DamagePattern.ZEROED;
      }
      if (value.lengthBytes().isPresent()) {
        return DamagePattern.CONSTANT;
      }
    }
    if (displacement.distanceBytes().isPresent()) {
      return DamagePattern.SHIFTED;
    }
    return lanes.periodBytes().isPresent() ? DamagePattern.STRIDED : DamagePattern.RANDOM;
  }

  private Optional<Long> patternBytes(DamagePattern pattern) {
    return switch (pattern) {
      case ZEROED -> zeros.blockBytes();
      case CONSTANT -> value.lengthBytes();
      case SHIFTED -> displacement.distanceBytes();
      case STRIDED -> lanes.periodBytes();
      case ONE_BIT, FEW_BITS, TRUNCATED_TAIL, RANDOM -> Optional.empty();
    };
  }
}
