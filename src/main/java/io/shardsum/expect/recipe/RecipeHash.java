package io.shardsum.expect.recipe;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** The digests of one recipe's bytes, while they are computed from front to back. */
final class RecipeHash {
  private static final long CHUNK_BYTES = 1 << 20;

  private final RecipeReader reader;
  private final long lengthBytes;
  private final boolean wantsSglang;
  private final Optional<MessageDigest> sha256;
  private long offsetBytes;
  private final List<Long> chunkSums = new ArrayList<>();
  private String refusal = "";

  RecipeHash(Recipe recipe, CheckpointBytes checkpoint, Digest digest) {
    this.reader = recipe.open(checkpoint);
    this.lengthBytes = recipe.lengthBytes();
    this.wantsSglang = digest != Digest.SHA256;
    this.sha256 =
        digest == Digest.SGLANG ? Optional.empty() : Optional.of(DigestUtils.getSha256Digest());
  }

  long lengthBytes() {
    return lengthBytes;
  }

  /** Hashes on up to an offset: a multiple of a tile, or the end. */
  void advance(long untilBytes, ByteBuffer piece, SglangChecksum checksum) throws IOException {
    try {
      while (offsetBytes < untilBytes && refusal.isEmpty()) {
        piece.clear().limit((int) Math.min(piece.capacity(), nextEnd(untilBytes) - offsetBytes));
        reader.read(offsetBytes, piece);
        piece.flip();
        if (wantsSglang) {
          addSum(checksum.sum(piece, offsetBytes / Integer.BYTES, lengthBytes));
        }
        sha256.ifPresent(digest -> digest.update(piece.duplicate()));
        offsetBytes += piece.limit();
      }
    } catch (UnpredictableException e) {
      refusal = e.getMessage();
    }
  }

  /** No piece reaches into the next chunk. */
  private long nextEnd(long untilBytes) {
    return Math.min(untilBytes, (offsetBytes / CHUNK_BYTES + 1) * CHUNK_BYTES);
  }

  private void addSum(long sum) {
    int chunk = Math.toIntExact(offsetBytes / CHUNK_BYTES);
    if (chunk == chunkSums.size()) {
      chunkSums.add(sum);
    } else {
      chunkSums.set(chunk, chunkSums.get(chunk) + sum);
    }
  }

  /** What came out, at the end. */
  HashedRecipe finish() {
    if (!refusal.isEmpty()) {
      return HashedRecipe.refused(refusal);
    }
    if (reader.isAbsent()) {
      return HashedRecipe.absent();
    }
    Optional<String> sglang =
        wantsSglang ? Optional.of(SglangChecksum.finish(sum())) : Optional.empty();
    return HashedRecipe.of(
        new TensorDigests(
            sglang, sums(), sha256.map(MessageDigest::digest).map(Hex::encodeHexString)));
  }

  /** Sums wrap. */
  private long sum() {
    return chunkSums.stream().mapToLong(Long::longValue).sum();
  }

  /** An empty tensor has one chunk, too. */
  private List<Long> sums() {
    return wantsSglang && chunkSums.isEmpty() ? List.of(0L) : chunkSums;
  }
}
