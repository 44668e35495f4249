package io.shardsum.expect;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/** The digests of one recipe's bytes, while they are computed from front to back. */
final class RecipeHash {
  private final Recipe recipe;
  private final RecipeReader reader;
  private final long lengthBytes;
  private final boolean wantsSglang;
  private final Optional<MessageDigest> sha256;
  private long offsetBytes;
  private long sum;
  private String refusal = "";

  RecipeHash(Recipe recipe, CheckpointBytes checkpoint, Digest digest) {
    this.recipe = recipe;
    this.reader = recipe.open(checkpoint);
    this.lengthBytes = recipe.lengthBytes();
    this.wantsSglang = digest != Digest.SHA256;
    this.sha256 = digest == Digest.SGLANG ? Optional.empty() : Optional.of(WeightDigest.sha256());
  }

  Recipe recipe() {
    return recipe;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  /** Hashes on up to an offset: a multiple of a tile, or the end. */
  void advance(long untilBytes, ByteBuffer piece, SglangChecksum checksum) throws IOException {
    try {
      while (offsetBytes < untilBytes && refusal.isEmpty()) {
        piece.clear().limit((int) Math.min(piece.capacity(), untilBytes - offsetBytes));
        reader.read(offsetBytes, piece);
        piece.flip();
        if (wantsSglang) {
          sum += checksum.sum(piece, offsetBytes / Integer.BYTES, lengthBytes);
        }
        sha256.ifPresent(digest -> digest.update(piece.duplicate()));
        offsetBytes += piece.limit();
      }
    } catch (UnpredictableException e) {
      refusal = e.getMessage();
    }
  }

  /** What came out, at the end. */
  HashedRecipe finish() {
    if (!refusal.isEmpty()) {
      return HashedRecipe.refused(refusal);
    }
    Optional<String> sglang =
        wantsSglang ? Optional.of(SglangChecksum.finish(sum)) : Optional.empty();
    return HashedRecipe.of(new TensorDigests(sglang, sha256.map(WeightDigest::hex)));
  }
}
