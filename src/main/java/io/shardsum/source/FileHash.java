package io.shardsum.source;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * SHA-256 of a file as a whole, of bytes as they are read for other ends: the header, then the
 * tensors, which lie behind it in order and without gaps.
 */
final class FileHash {

  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private long hashedBytes;

  /** Begins with another file. */
  void begin() {
    sha256.reset();
    hashedBytes = 0;
  }

  /** Takes the next bytes of the header; they are left as they are. */
  void addHeader(ByteBuffer bytes) {
    add(bytes, hashedBytes);
  }

  /**
   * Takes bytes, which are left as they are; those that do not follow on what was hashed are left
   * out, and the file has no digest.
   *
   * @param positionBytes where they begin in the file
   */
  void add(ByteBuffer bytes, long positionBytes) {
    if (positionBytes == hashedBytes) {
      hashedBytes += bytes.remaining();
      sha256.update(bytes.duplicate());
    }
  }

  /** The digest as lower-case hex; empty if not all bytes of the file were hashed. */
  Optional<String> end(long fileBytes) {
    return hashedBytes == fileBytes
        ? Optional.of(Hex.encodeHexString(sha256.digest()))
        : Optional.empty();
  }
}
