package io.shardsum.expect;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Recipes of one tensor on several ranks, which are hashed side by side: each part of the
 * checkpoint that several of them need at the same time is read once, columns included.
 *
 * <p>Memory: some tens of MiB, whatever the sizes.
 */
record RecipeGroup(List<Recipe> recipes) {
  private static final int PIECES_BYTES = 8 << 20;
  private static final int LARGEST_PIECE = 1 << 20;

  /** Blocks that a recipe may read from at a time: two halves with a border each, and scales. */
  private static final int BLOCKS = 4;

  RecipeGroup {
    recipes = List.copyOf(recipes);
  }

  /** Hashes all of them; equal recipes once. */
  Map<Recipe, HashedRecipe> hash(CheckpointBytes checkpoint, Digest digest) throws IOException {
    List<Recipe> distinct = recipes.stream().distinct().toList();
    int pieceBytes = pieceBytes(distinct.size());
    BlockCache cache = new BlockCache(checkpoint, pieceBytes, BLOCKS * (distinct.size() + 2));
    List<RecipeHash> hashes =
        distinct.stream().map(recipe -> new RecipeHash(recipe, cache, digest)).toList();
    long longest = hashes.stream().mapToLong(RecipeHash::lengthBytes).max().orElse(0);
    long steps = (longest + pieceBytes - 1) / pieceBytes;
    ByteBuffer piece = ByteBuffer.allocate(pieceBytes);
    SglangChecksum checksum = new SglangChecksum();
    for (long step = 1; step <= steps; step++) {
      for (RecipeHash hash : hashes) {
        hash.advance(part(hash.lengthBytes(), step, steps), piece, checksum);
      }
    }
    Map<Recipe, HashedRecipe> results = new HashMap<>();
    hashes.forEach(hash -> results.put(hash.recipe(), hash.finish()));
    return results;
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
