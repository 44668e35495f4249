package io.shardsum.expect;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.table.ModelPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What every rank of an engine must hold, given the checkpoint that it was started with.
 *
 * @param topology the engine's ranks; its expert-parallel size may be another than was asked for
 * @param ranks by world rank, of all stages
 */
public record Expectation(Topology topology, List<ExpectedRank> ranks) {

  /** Copies the ranks. */
  public Expectation {
    ranks = List.copyOf(ranks);
  }

  /**
   * Applies the rules of the engine's release and the model's class.
   *
   * @throws ExpectException if such an engine does not start, or a setting is not known
   */
  public static Expectation of(Checkpoint checkpoint, EngineSetup setup) {
    ModelPlan plan = new ModelPlan(checkpoint, setup);
    return plan.refusal()
        .map(reason -> refused(plan.topology(), checkpoint, setup, reason))
        .orElseGet(() -> new Expectation(plan.topology(), plan.ranks()));
  }

  /** All recipes, those of one tensor together, in the order of the first rank that has it. */
  public List<RecipeGroup> groups() {
    Map<String, List<Recipe>> recipes = new LinkedHashMap<>();
    for (ExpectedRank rank : ranks) {
      for (ExpectedTensor tensor : rank.tensors()) {
        recipes.computeIfAbsent(tensor.name(), name -> new ArrayList<>()).add(tensor.recipe());
      }
    }
    return recipes.values().stream().map(RecipeGroup::new).toList();
  }

  /** Nothing is known but what the description says is held as it is. */
  private static Expectation refused(
      Topology topology, Checkpoint checkpoint, EngineSetup setup, String reason) {
    if (!setup.whole().isEmpty() && topology.pp() > 1) {
      throw new ExpectException(
          "pp is %s; expected 1 with expect: whole, since it is not known which stage holds which tensor"
              .formatted(topology.pp()));
    }
    Predicate<String> isWhole =
        setup.whole().stream()
            .map(pattern -> Pattern.quote(pattern).replace("*", "\\E.*\\Q"))
            .map(regex -> Pattern.compile(regex).asMatchPredicate())
            .reduce(name -> false, Predicate::or);
    List<ExpectedTensor> whole =
        checkpoint.tensors().values().stream()
            .filter(tensor -> isWhole.test(tensor.name()))
            .map(tensor -> new ExpectedTensor(tensor.name(), Slice.whole(tensor)))
            .toList();
    Refusal others = new Refusal(Refusal.ALL_TENSORS, reason);
    return new Expectation(
        topology,
        IntStream.range(0, topology.worldSize())
            .mapToObj(rank -> new ExpectedRank(rank, whole, List.of(others)))
            .toList());
  }
}
