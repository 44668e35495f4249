package io.shardsum.expect;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.ConfigDefaults;
import io.shardsum.expect.model.DeclaredTensors;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.LinearWeights;
import io.shardsum.expect.model.ModelClass;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.expect.sglang.SglangRules;
import io.shardsum.expect.vllm.VllmRules;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every rank of an engine must hold, given the checkpoint that it was started with.
 *
 * @param topology the engine's ranks; its expert-parallel size may be another than was asked for
 * @param ranks by world rank, of all stages
 */
public record Expectation(Topology topology, List<ExpectedRank> ranks) {
  private static final String SILU = "silu";

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
    EngineRules engine =
        switch (setup.release()) {
          case SGLANG_0_5_23 -> new SglangRules(setup);
          case VLLM_0_32 -> new VllmRules(setup, checkpoint);
        };
    ModelConfig config = checkpoint.config();
    Optional<String> refusal = engine.refusal(config);
    if (refusal.isPresent()) {
      return refused(engine.topology(), refusal.get());
    }
    return ModelClass.of(config)
        .map(model -> of(model, checkpoint, setup, engine))
        .orElseGet(() -> refused(engine.topology(), ModelClass.notKnown(config)));
  }

  private static Expectation of(
      ModelClass model, Checkpoint checkpoint, EngineSetup setup, EngineRules engine) {
    ModelConfig config = ConfigDefaults.complete(checkpoint.config(), model, setup.release());
    requireSilu(config);
    SizeLimits.requireLayers(config.size("num_hidden_layers"), engine.topology().tp());
    DType dtype = engine.dtype(setup.dtype(), config);
    ModelRules rules = engine.modelRules(model, config);
    CheckpointTensors tensors = new CheckpointTensors(checkpoint.tensors(), engine.prefix(model));
    LinearWeights weights = engine.weights(model, checkpoint, tensors, dtype);
    List<Stage> stages = engine.stages(config.size("num_hidden_layers"));
    List<ExpectedRank> ranks = new ArrayList<>();
    for (int rank = 0; rank < engine.topology().worldSize(); rank++) {
      DeclaredTensors collected = new DeclaredTensors(rank, tensors, dtype, weights);
      rules.declare(rank, stages.get(engine.topology().stageOf(rank)), collected);
      ranks.add(collected.build());
    }
    engine.requireLoadable(model, config, tensors);
    return new Expectation(engine.topology(), ranks);
  }

  /** No class of these has another activation, in any of the engines. */
  private static void requireSilu(ModelConfig config) {
    String activation = config.text("hidden_act").orElse(SILU);
    if (!activation.equals(SILU)) {
      throw new ExpectException(
          "config.json: hidden_act is %s; expected %s"
              .formatted(ForeignText.quoted(activation), SILU));
    }
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

  private static Expectation refused(Topology topology, String reason) {
    List<ExpectedRank> ranks = new ArrayList<>();
    for (int rank = 0; rank < topology.worldSize(); rank++) {
      Refusal all = new Refusal(Refusal.ALL_TENSORS, reason);
      ranks.add(new ExpectedRank(rank, List.of(), List.of(all)));
    }
    return new Expectation(topology, ranks);
  }
}
