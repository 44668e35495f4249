package io.shardsum.expect;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.RecipeGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every rank of an engine must hold, with digests.
 *
 * @param ranks by world rank, of all stages
 */
public record HashedExpectation(Topology topology, List<HashedRank> ranks) {
  /** Copies the ranks. */
  public HashedExpectation {
    ranks = List.copyOf(ranks);
  }

  /**
   * Puts results together.
   *
   * @param groups those of the expectation
   * @param results of each group, a result for each recipe
   */
  public static HashedExpectation of(
      Expectation expectation, List<RecipeGroup> groups, List<List<HashedRecipe>> results) {
    Map<Recipe, HashedRecipe> byRecipe = new HashMap<>();
    for (int group = 0; group < groups.size(); group++) {
      List<Recipe> recipes = groups.get(group).recipes();
      for (int index = 0; index < recipes.size(); index++) {
        byRecipe.put(recipes.get(index), results.get(group).get(index));
      }
    }
    return new HashedExpectation(
        expectation.topology(),
        expectation.ranks().stream().map(rank -> hashed(rank, byRecipe)).toList());
  }

  private static HashedRank hashed(ExpectedRank rank, Map<Recipe, HashedRecipe> results) {
    List<HashedRank.HashedTensor> tensors = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>(rank.refused());
    for (ExpectedTensor tensor : rank.tensors()) {
      HashedRecipe result = results.get(tensor.recipe());
      if (result.digests().isPresent()) {
        tensors.add(new HashedRank.HashedTensor(tensor, result.digests().get()));
      } else if (!result.refusal().isEmpty()) {
        refused.add(new Refusal(tensor.name(), result.refusal()));
      }
    }
    return new HashedRank(rank.rank(), tensors, refused);
  }

  /** The engine's digest, over all ranks of all stages; none if a tensor of one is refused. */
  public Optional<String> checksum() {
    List<String> ofRanks = new ArrayList<>();
    for (HashedRank rank : ranks) {
      if (rank.checksum().isEmpty()) {
        return Optional.empty();
      }
      ofRanks.add(rank.checksum().get());
    }
    return Optional.of(WeightDigest.ofEngine(ofRanks));
  }

  /** Whether no tensor is refused. */
  public boolean isComplete() {
    return ranks.stream().allMatch(rank -> rank.refused().isEmpty());
  }
}
