package io.shardsum.checksum;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/** The digests of tensors whose bytes are all zero: they follow from the length. */
public final class ZeroBytes {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final byte[] CHUNK = new byte[CHUNK_BYTES];

  private ZeroBytes() {}

  /**
   * Whether sums are those of a tensor of zeros. Of one that is not, mostly the first chunk alone
   * is computed.
   *
   * @param chunkSums one for each MiB
   */
  public static boolean haveSums(List<Long> chunkSums, long tensorBytes) {
    long chunks = (tensorBytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
    if (tensorBytes == 0 || chunkSums.size() != chunks) {
      return false;
    }
    SglangChecksum checksum = new SglangChecksum();
    for (int chunk = 0; chunk < chunks; chunk++) {
      if (chunkSums.get(chunk) != sum(checksum, chunk, tensorBytes)) {
        return false;
      }
    }
    return true;
  }

  private static long sum(SglangChecksum checksum, int chunk, long tensorBytes) {
    long begin = (long) chunk * CHUNK_BYTES;
    int length = (int) Math.min(CHUNK_BYTES, tensorBytes - begin);
    return checksum.sum(ByteBuffer.wrap(CHUNK, 0, length), begin / Integer.BYTES, tensorBytes);
  }

  /** The {@code sglang} checksum of so many zeros. */
  public static String sglang(long tensorBytes) {
    SglangChecksum checksum = new SglangChecksum();
    long sum = 0;
    for (int chunk = 0; (long) chunk * CHUNK_BYTES < tensorBytes; chunk++) {
      sum += sum(checksum, chunk, tensorBytes);
    }
    return SglangChecksum.finish(sum);
  }

  /** The SHA-256 of so many zeros. */
  public static String sha256(long tensorBytes) {
    MessageDigest digest = WeightDigest.sha256();
    for (long at = 0; at < tensorBytes; at += CHUNK_BYTES) {
      digest.update(CHUNK, 0, (int) Math.min(CHUNK_BYTES, tensorBytes - at));
    }
    return WeightDigest.hex(digest);
  }
}
