package io.shardsum.expect.recipe;

import java.util.Optional;

/**
 * What came out of hashing a recipe.
 *
 * @param digests empty if the checkpoint's bytes are such that the engine's are not known, or that
 *     it holds no such tensor
 * @param refusal why they are not known; empty if they are, or there are none
 */
public record HashedRecipe(Optional<TensorDigests> digests, String refusal) {

  public static HashedRecipe of(TensorDigests digests) {
    return new HashedRecipe(Optional.of(digests), "");
  }

  /** The engine holds no such tensor. */
  static HashedRecipe absent() {
    return new HashedRecipe(Optional.empty(), "");
  }

  /** What the engine holds is not known. */
  public static HashedRecipe refused(String reason) {
    return new HashedRecipe(Optional.empty(), reason);
  }
}
