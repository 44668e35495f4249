package io.shardsum.expect;

import java.util.Optional;

/**
 * What came out of hashing a recipe.
 *
 * @param digests empty if the checkpoint's bytes are such that the engine's are not known
 * @param refusal why they are not; empty if they are
 */
public record HashedRecipe(Optional<TensorDigests> digests, String refusal) {

  static HashedRecipe of(TensorDigests digests) {
    return new HashedRecipe(Optional.of(digests), "");
  }

  static HashedRecipe refused(String reason) {
    return new HashedRecipe(Optional.empty(), reason);
  }
}
