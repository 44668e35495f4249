package io.shardsum.expect.vllm;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.model.Vocabulary;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.fleet.CheckpointListing;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** vLLM 0.32. */
public final class VllmRules implements EngineRules {
  private static final List<String> IGNORED =
      List.of(
          ".*\\.bias",
          ".*scale",
          ".*rotary_pos_emb\\.inv_freq.*",
          ".*rotary_emb\\.(?:inv_freq|cos_cached|sin_cached).*",
          // fused already, of experts or of a quantization: told tensor by tensor
          ".*\\.(?:mlp\\.experts|qkv_proj|gate_up_proj|fused_qkv_a_proj)\\..*");

  private final VllmEngine engine;
  private final Checkpoint checkpoint;

  public VllmRules(EngineSetup setup, Checkpoint checkpoint) {
    this.engine = VllmEngine.of(setup);
    this.checkpoint = checkpoint;
  }

  @Override
  public String tables() {
    return "/classes/vllm-0.32.yaml";
  }

  @Override
  public Topology topology() {
    return engine.topology();
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    return engine.refusal().or(this::mistralFormat);
  }

  private Optional<String> mistralFormat() {
    if (checkpoint.hasMistralConfig()) {
      return Optional.of(
          "vLLM takes the configuration from params.json, since there are consolidated files");
    }
    return engine.readsConsolidatedFirst()
            && checkpoint.files().stream().anyMatch(CheckpointListing::isConsolidated)
        ? Optional.of(
            "vLLM reads only the consolidated files, in a format that is not covered, unless"
                + " load-format is safetensors")
        : Optional.empty();
  }

  @Override
  public DType dtype(Optional<String> flag, ModelConfig config, Map<String, String> options) {
    return ModelDtype.vllm(flag, checkpoint);
  }

  @Override
  public List<Stage> stages(long layers) {
    return engine.stages(layers);
  }

  @Override
  public Set<String> groups() {
    return Set.of("tp");
  }

  @Override
  public Share share(String group, int rank) {
    return topology().tensorShare(rank);
  }

  /** Any tensor of the directory with a head's name counts as one, read or not. */
  @Override
  public Map<String, Object> facts() {
    return Map.of(
        "has_head",
        checkpoint.allTensors().anyMatch(tensor -> tensor.name().endsWith("lm_head.weight")));
  }

  @Override
  public Vocabulary.Padding padding() {
    return Vocabulary.Padding.VLLM;
  }

  @Override
  public Quantization quantization(Checkpoint ofModel, DType dtype) {
    return Quantization.of(ofModel, engine.quantization())
        .refusing(
            "vLLM stores quantized weights as the kernel wants them that it picks when it starts");
  }

  @Override
  public Fp8Loading linearLoading(DType dtype) {
    return Fp8Loading.AS_STORED;
  }

  @Override
  public Fp8Loading expertLoading() {
    return Fp8Loading.AS_STORED;
  }

  @Override
  public boolean hasZeroBiases() {
    return false;
  }

  @Override
  public long redundantExperts() {
    return 0;
  }

  @Override
  public Span experts(int rank, long count) {
    if (count % topology().ep() != 0) {
      throw new UnpredictableException(
          "which of %s experts vLLM gives to each of %s ranks is not covered"
              .formatted(count, topology().ep()));
    }
    return topology().expertShare(rank).span(count, "experts");
  }

  @Override
  public ExpertLayout expertLayout(
      Quantization.Scheme scheme, DType dtype, Map<String, String> options) {
    return engine.expertLayout(dtype);
  }

  @Override
  public void requireFitting(boolean hasExperts) {
    if (!hasExperts && topology().ep() != 1) {
      throw new ExpectException(
          "ep is %s; expected 1 in vLLM, since the model has no experts"
              .formatted(topology().ep()));
    }
  }

  @Override
  public Optional<List<String>> ignoredTensors() {
    return Optional.of(IGNORED);
  }
}
