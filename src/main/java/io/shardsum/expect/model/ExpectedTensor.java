package io.shardsum.expect.model;

import static java.util.Objects.requireNonNull;

import io.shardsum.expect.recipe.Recipe;

/**
 * A tensor that a rank must hold.
 *
 * @param name as the engine reports it
 * @param recipe its dtype, its shape, and where its bytes come from
 */
public record ExpectedTensor(String name, Recipe recipe) {
  /** Checks that both are there. */
  public ExpectedTensor {
    requireNonNull(name, "name is null");
    requireNonNull(recipe, "recipe is null");
  }
}
