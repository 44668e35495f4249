package io.shardsum.checksum;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** The digests of tensors whose bytes are all zero: they follow from the length. */
public final class ZeroBytes {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final byte[] CHUNK = new byte[CHUNK_BYTES];

  /** Weights have few lengths. */
  private static final Map<Long, Long> FIRST_SUMS = new ConcurrentHashMap<>();

  private static final Map<Long, String> SGLANG = new ConcurrentHashMap<>();
  private static final Map<Long, String> SHA256 = new ConcurrentHashMap<>();

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

  /**
   * The {@code sglang} checksum of so many zeros.
   *
   * @param firstSum of the first MiB of a tensor: if zeros have another, the result is null, and
   *     costs nothing
   */
  public static String sglang(long tensorBytes, long firstSum) {
    long ofZeros =
        FIRST_SUMS.computeIfAbsent(tensorBytes, bytes -> sum(new SglangChecksum(), 0, bytes));
    return firstSum == ofZeros ? sglang(tensorBytes) : null;
  }

  /** The {@code sglang} checksum of so many zeros. */
  public static String sglang(long tensorBytes) {
    return SGLANG.computeIfAbsent(tensorBytes, ZeroBytes::sum);
  }

  private static String sum(long tensorBytes) {
    SglangChecksum checksum = new SglangChecksum();
    long sum = 0;
    for (int chunk = 0; (long) chunk * CHUNK_BYTES < tensorBytes; chunk++) {
      sum += sum(checksum, chunk, tensorBytes);
    }
    return SglangChecksum.finish(sum);
  }

  /** The SHA-256 of so many zeros. */
  public static String sha256(long tensorBytes) {
    return SHA256.computeIfAbsent(tensorBytes, ZeroBytes::hash);
  }

  private static String hash(long tensorBytes) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (long at = 0; at < tensorBytes; at += CHUNK_BYTES) {
      digest.update(CHUNK, 0, (int) Math.min(CHUNK_BYTES, tensorBytes - at));
    }
    return Hex.encodeHexString(digest.digest());
  }
}
