package io.shardsum.expect.recipe;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Recipes of one tensor on several ranks, which are hashed side by side: each part of the
 * checkpoint that several of them need at the same time is read once, columns included.
 *
 * <p>Memory: some tens of MiB, whatever the sizes.
 *
 * @param recipes each once
 */
public record RecipeGroup(List<Recipe> recipes) implements Serializable {
  private static final int PIECES_BYTES = 8 << 20;

  /** So that it stays in a core's own cache until it is hashed. */
  private static final int LARGEST_PIECE = 256 << 10;

  /** Blocks that a recipe may read from at a time: two halves with a border each, and scales. */
  private static final int BLOCKS = 4;

  /** Leaves out recipes that are there twice. */
  public RecipeGroup {
    recipes = recipes.stream().distinct().toList();
  }

  /** What hashing it costs, about: the bytes of all its recipes. */
  public long lengthBytes() {
    return recipes.stream().mapToLong(Recipe::lengthBytes).sum();
  }

  /**
   * Hashes all of them.
   *
   * @return a result for each, in their order
   * @throws IOException if the checkpoint cannot be read
   */
  public List<HashedRecipe> hash(CheckpointBytes checkpoint, Digest digest) throws IOException {
    int pieceBytes = pieceBytes(recipes.size());
    BlockCache cache = new BlockCache(checkpoint, pieceBytes, BLOCKS * (recipes.size() + 2));
    List<RecipeHash> hashes =
        recipes.stream().map(recipe -> new RecipeHash(recipe, cache, digest)).toList();
    long longest = hashes.stream().mapToLong(RecipeHash::lengthBytes).max().orElse(0);
    long steps = (longest + pieceBytes - 1) / pieceBytes;
    ByteBuffer piece = ByteBuffer.allocate(pieceBytes);
    SglangChecksum checksum = new SglangChecksum();
    for (long step = 1; step <= steps; step++) {
      for (RecipeHash hash : hashes) {
        hash.advance(part(hash.lengthBytes(), step, steps), piece, checksum);
      }
    }
    return hashes.stream().map(RecipeHash::finish).toList();
  }

  private static int pieceBytes(int recipes) {
    int tiles = PIECES_BYTES / recipes / SglangChecksum.TILE_BYTES;
    return Math.min(LARGEST_PIECE, Math.max(1, tiles) * SglangChecksum.TILE_BYTES);
  }

  /** The same part of each recipe, in whole tiles. */
  private static long part(long lengthBytes, long step, long steps) {
    if (step == steps) {
      return lengthBytes;
    }
    long bytes = (long) ((double) lengthBytes * step / steps);
    return bytes / SglangChecksum.TILE_BYTES * SglangChecksum.TILE_BYTES;
  }
}
