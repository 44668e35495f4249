package io.shardsum.expect;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Computes the digests of a recipe's bytes, a piece at a time.
 *
 * <p>An instance owns its scratch memory and is not safe for use by several threads.
 */
public final class RecipeHasher {
  private static final int PIECE_BYTES = 32 * SglangChecksum.TILE_BYTES;

  private final CheckpointBytes checkpoint;
  private final Digest digest;
  private final SglangChecksum checksum = new SglangChecksum();
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);

  /** A hasher of bytes of this checkpoint, which is not closed. */
  public RecipeHasher(CheckpointBytes checkpoint, Digest digest) {
    this.checkpoint = checkpoint;
    this.digest = digest;
  }

  /**
   * Reads and hashes the bytes.
   *
   * @throws UnpredictableException if the checkpoint's bytes are such that the engine's are not
   *     known
   * @throws IOException if the checkpoint cannot be read
   */
  public TensorDigests hash(Recipe recipe) throws IOException {
    boolean wantsSglang = digest != Digest.SHA256;
    boolean wantsSha256 = digest != Digest.SGLANG;
    RecipeReader reader = recipe.open(checkpoint);
    MessageDigest sha256 = WeightDigest.sha256();
    long length = recipe.lengthBytes();
    long sum = 0;
    for (long offset = 0; offset < length; offset += piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE_BYTES, length - offset));
      reader.read(offset, piece);
      piece.flip();
      if (wantsSglang) {
        sum += checksum.sum(piece, offset / Integer.BYTES, length);
      }
      if (wantsSha256) {
        sha256.update(piece.duplicate());
      }
    }
    return new TensorDigests(
        wantsSglang ? Optional.of(SglangChecksum.finish(sum)) : Optional.empty(),
        wantsSha256 ? Optional.of(WeightDigest.hex(sha256)) : Optional.empty());
  }
}
