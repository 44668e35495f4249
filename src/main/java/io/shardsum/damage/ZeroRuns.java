package io.shardsum.damage;

import java.util.Optional;

/**
 * Finds out whether damaged ranges are zero, in which blocks of the file, and whether up to the
 * tensor's end. A run of zeros may go beyond the differing bytes: good content has zeros, too.
 */
final class ZeroRuns {

  /** Of a sector, a page and a huge page. */
  private static final long[] BLOCK_BYTES = {512, 4096, 2L << 20};

  private final TensorSite site;
  private final boolean[] fits = {true, true, true};
  private Piece piece;
  private boolean allZero = true;
  private long runs;
  private boolean edgeWithin;

  /** Where the zeros begin that reach the end of the last piece. */
  private long trailingBegin;

  private boolean open;
  private long begin;
  private long end;
  private long firstDiffering;
  private long endOfDiffering;

  ZeroRuns(TensorSite site) {
    this.site = site;
  }

  void begin(Piece next) {
    boolean follows = next.follows(piece);
    piece = next;
    if (!follows) {
      close();
      trailingBegin = next.offsetBytes();
    } else if (open && end == next.offsetBytes()) {
      end = endOfZeros(0);
    }
  }

  /** Takes a range of the piece. */
  void add(int from, int to) {
    if (!allZero) {
      return;
    }
    int endOfZeros = (int) (endOfZeros(from) - piece.offsetBytes());
    if (endOfZeros < to) {
      allZero = false;
      return;
    }
    long fromOfTensor = piece.offsetBytes() + from;
    if (!open || fromOfTensor >= end) {
      close();
      open = true;
      runs++;
      begin = beginOfZeros(from);
      end = piece.offsetBytes() + endOfZeros;
      firstDiffering = fromOfTensor;
    }
    endOfDiffering = piece.offsetBytes() + to;
  }

  void end() {
    trailingBegin = beginOfZeros(piece.length());
  }

  private long endOfZeros(int from) {
    int at = from;
    while (at < piece.length() && piece.bad()[at] == 0) {
      at++;
    }
    return piece.offsetBytes() + at;
  }

  private long beginOfZeros(int to) {
    int at = to;
    while (at > 0 && piece.bad()[at - 1] == 0) {
      at--;
    }
    return at == 0 ? trailingBegin : piece.offsetBytes() + at;
  }

  private void close() {
    if (!open) {
      return;
    }
    open = false;
    long inFile = site.fileOffsetBytes();
    for (int index = 0; index < BLOCK_BYTES.length; index++) {
      long block = BLOCK_BYTES[index];
      long from = Math.floorDiv(inFile + firstDiffering, block) * block - inFile;
      long to = Math.floorDiv(inFile + endOfDiffering - 1, block) * block + block - inFile;
      boolean wide = to - from <= 2 * (endOfDiffering - firstDiffering);
      fits[index] &= wide && Math.max(0, from) >= begin && Math.min(site.lengthBytes(), to) <= end;
    }
    edgeWithin |= begin > 0 || end < site.lengthBytes();
  }

  /** Whether every range is zero. */
  boolean allZero() {
    return allZero;
  }

  /** Whether there is one run, from a byte within the tensor to its end. */
  boolean isTail() {
    long tail = site.lengthBytes() - begin;
    return allZero
        && runs == 1
        && begin > 0
        && end == site.lengthBytes()
        && 2 * (endOfDiffering - firstDiffering) >= tail;
  }

  /** The largest blocks that all runs are made of. */
  Optional<Long> blockBytes() {
    close();
    for (int index = BLOCK_BYTES.length - 1; edgeWithin && index >= 0; index--) {
      if (fits[index]) {
        return Optional.of(BLOCK_BYTES[index]);
      }
    }
    return Optional.empty();
  }
}
