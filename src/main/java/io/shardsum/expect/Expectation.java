package io.shardsum.expect;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    return switch (setup.release()) {
      case SGLANG_0_5_23 -> ofSglang(checkpoint, setup);
      case VLLM_0_32 -> refused(setup.topology(), "the rules of vLLM are not known");
    };
  }

  private static Expectation ofSglang(Checkpoint checkpoint, EngineSetup setup) {
    SglangEngine engine = SglangEngine.of(setup);
    Topology topology = engine.topology();
    Optional<String> refusal = engine.refusal();
    ModelConfig config = checkpoint.config();
    if (refusal.isPresent()) {
      return refused(topology, refusal.get());
    }
    DType dtype = ModelDtype.of(setup.dtype(), config);
    Optional<SglangModels> found = SglangModels.of(config);
    if (found.isEmpty()) {
      return refused(topology, SglangModels.notCovered(config));
    }
    SglangModels model = found.get();
    ModelRules rules = model.rules(config, engine);
    CheckpointTensors tensors = new CheckpointTensors(checkpoint.tensors(), model.prefix());
    List<Stage> stages = engine.stages(config.size("num_hidden_layers"));
    Quantization quantization =
        model.quantization(Quantization.of(checkpoint, engine.quantization()));
    LinearWeights weights =
        new LinearWeights(tensors, dtype, quantization, engine.linearLoading(dtype));
    List<ExpectedRank> ranks = new ArrayList<>();
    for (int rank = 0; rank < topology.worldSize(); rank++) {
      RankTensors collected = new RankTensors(rank, tensors, dtype, weights);
      rules.declare(rank, stages.get(topology.stageOf(rank)), collected);
      ranks.add(collected.build());
    }
    return new Expectation(topology, ranks);
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
