package io.shardsum.source;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.Blake3;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Digests of a file as a whole, of bytes as they are read for other ends: the header, then the
 * tensors, which lie behind it in order and without gaps.
 */
final class FileHash {

  private static final int BLAKE3_BYTES = 32;
  private static final int COPIED_BYTES = 1 << 16;

  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final Optional<Blake3> blake3;
  private long hashedBytes;

  /**
   * Hashes nothing yet.
   *
   * @param blake3 computes that, too
   */
  FileHash(Optional<Blake3> blake3) {
    this.blake3 = blake3;
  }

  /** Begins with another file. */
  void begin() {
    sha256.reset();
    blake3.ifPresent(Blake3::reset);
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
      blake3.ifPresent(hash -> update(hash, bytes.duplicate()));
    }
  }

  private static void update(Blake3 hash, ByteBuffer bytes) {
    byte[] some = new byte[COPIED_BYTES];
    while (bytes.hasRemaining()) {
      int length = Math.min(some.length, bytes.remaining());
      bytes.get(some, 0, length);
      hash.update(some, 0, length);
    }
  }

  /** The digests; empty if not all bytes of the file were hashed. */
  Optional<FileDigests> end(long fileBytes) {
    return hashedBytes == fileBytes
        ? Optional.of(
            new FileDigests(
                Hex.encodeHexString(sha256.digest()),
                blake3.map(hash -> Hex.encodeHexString(hash.doFinalize(BLAKE3_BYTES)))))
        : Optional.empty();
  }
}
