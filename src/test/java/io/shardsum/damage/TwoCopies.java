package io.shardsum.damage;

import io.shardsum.safetensors.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A good copy of a tensor with random bytes, and a bad one for a test to damage. */
final class TwoCopies {

  static final int CHUNK = 1 << 20;

  /** A header that is no multiple of any block. */
  static final long FILE_OFFSET = 4096 * 3 + 88;

  private static final byte[] RANDOM = random(5 * CHUNK);

  final byte[] good;
  final byte[] bad;
  private final TensorSite site;

  private TwoCopies(DType dtype, List<Long> shape, int lengthBytes, long fileOffsetBytes) {
    this.good = Arrays.copyOf(RANDOM, lengthBytes);
    this.bad = good.clone();
    this.site = new TensorSite(dtype, shape, lengthBytes, fileOffsetBytes);
  }

  private static byte[] random(int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  static TwoCopies ofBytes(int lengthBytes) {
    return new TwoCopies(DType.U8, List.of((long) lengthBytes), lengthBytes, FILE_OFFSET);
  }

  static TwoCopies of(DType dtype, Long... shape) {
    long elements = Arrays.stream(shape).reduce(1L, (a, b) -> a * b);
    return new TwoCopies(
        dtype, List.of(shape), Math.toIntExact(elements * dtype.bits() / 8), FILE_OFFSET);
  }

  /** The offset in the tensor of a byte of the file. */
  static int inTensor(long fileByte) {
    return Math.toIntExact(fileByte - FILE_OFFSET);
  }

  /** Compares chunks that differ, as a scan does. */
  Damage damage() {
    return compare(CHUNK, false).orElseThrow();
  }

  Optional<Damage> compare(int pieceBytes, boolean alsoEqualPieces) {
    ByteComparison comparison = new ByteComparison(site, 16);
    for (int at = 0; at < good.length; at += pieceBytes) {
      byte[] badPiece = Arrays.copyOfRange(bad, at, Math.min(good.length, at + pieceBytes));
      byte[] goodPiece = Arrays.copyOfRange(good, at, Math.min(good.length, at + pieceBytes));
      if (alsoEqualPieces || !Arrays.equals(badPiece, goodPiece)) {
        comparison.add(at, badPiece, goodPiece);
      }
    }
    return comparison.damage();
  }
}
