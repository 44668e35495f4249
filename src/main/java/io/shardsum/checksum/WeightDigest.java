package io.shardsum.checksum;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * SHA-256 digests over weights: of a tensor's bytes, of a rank's tensors, of an engine's ranks.
 *
 * <p>The scan merges in SQL ({@code sql/ranks.sql}, {@code sql/engines.sql}); these methods are the
 * same rules in plain Java, for everything that has the values at hand. A test holds them equal.
 *
 * <p>Source of the rule: {@code per_gpu_checksum} and {@code per_engine_checksum} of SGLang's
 * {@code /weights_checker}, since release 0.5.13.
 */
public final class WeightDigest {

  private WeightDigest() {}

  /**
   * The digest of a rank ({@code per_gpu_checksum}): over each tensor's name and checksum, in order
   * of the names' UTF-8 bytes, nothing in between.
   *
   * @param checksums checksum by name; names of a draft model carry their role's prefix
   */
  public static String ofRank(Map<String, String> checksums) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    checksums.entrySet().stream()
        .map(e -> List.of(utf8(e.getKey()), utf8(e.getValue())))
        .sorted(Comparator.comparing(pair -> pair.get(0), Arrays::compareUnsigned))
        .forEach(pair -> pair.forEach(digest::update));
    return Hex.encodeHexString(digest.digest());
  }

  /**
   * The digest of an engine ({@code per_engine_checksum}): over its ranks' digests in order of
   * rank.
   *
   * @param rankDigests the digest of every expected rank, rank 0 first; there is no digest of an
   *     engine with a rank missing
   */
  public static String ofEngine(List<String> rankDigests) {
    return DigestUtils.sha256Hex(String.join("", rankDigests));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
