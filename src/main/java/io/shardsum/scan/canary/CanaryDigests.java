package io.shardsum.scan.canary;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.fleet.Digest;
import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Both digests of a tensor's bytes, as the table {@code tensors} has them.
 *
 * @param checksum 16 hex digits; null where it was not computed
 * @param sha256 64 hex digits; null where it was not computed
 */
record CanaryDigests(String checksum, String sha256) {

  static CanaryDigests of(byte[] bytes) {
    long sum = new SglangChecksum().sum(ByteBuffer.wrap(bytes), 0, bytes.length);
    return new CanaryDigests(SglangChecksum.finish(sum), DigestUtils.sha256Hex(bytes));
  }

  /** Those that a scan computes. */
  String text(Digest digest) {
    return switch (digest) {
      case SGLANG -> checksum;
      case SHA256 -> sha256;
      case BOTH -> checksum + " and " + sha256;
    };
  }
}
