package io.shardsum.expect.sglang;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.model.Vocabulary;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** SGLang 0.5.23. */
public final class SglangRules implements EngineRules {
  private final SglangEngine engine;
  private final SglangExperts experts;

  public SglangRules(EngineSetup setup) {
    this.engine = SglangEngine.of(setup);
    this.experts = new SglangExperts(engine);
  }

  @Override
  public String tables() {
    return "/classes/sglang-0.5.23.yaml";
  }

  @Override
  public Topology topology() {
    return engine.topology();
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    if (config.has("dual_chunk_attention_config")) {
      return Optional.of(
          "dual_chunk_attention_config: its buffers are in the checksum, and are not in the"
              + " checkpoint");
    }
    return engine.refusal();
  }

  @Override
  public DType dtype(Optional<String> flag, ModelConfig config, Map<String, String> options) {
    return ModelDtype.sglang(flag, config, options.getOrDefault("float32 becomes", "float16"));
  }

  @Override
  public List<Stage> stages(long layers) {
    return engine.stages(layers);
  }

  @Override
  public Set<String> groups() {
    return Set.of(
        "tp", "attention", "moe", "head", "dense", "shared", "tower", "embedding", "whole_with_dp");
  }

  @Override
  public Share share(String group, int rank) {
    Share ofTensors = engine.topology().tensorShare(rank);
    Share ofAttention = engine.topology().attentionShare(rank);
    return switch (group) {
      case "tp" -> ofTensors;
      case "attention" -> ofAttention;
      case "moe" -> engine.topology().insideExpertShare(rank);
      case "head" -> engine.headShare(rank);
      case "dense" -> engine.moe().hasWholeDense() ? Share.WHOLE : ofTensors;
      case "shared" -> engine.moe().sharedWhole() ? Share.WHOLE : ofTensors;
      case "tower" -> engine.hasWholeTower() ? Share.WHOLE : ofAttention;
      case "embedding" -> engine.replicatesEmbedding() ? Share.WHOLE : ofAttention;
      case "whole_with_dp" -> topology().attentionDp() > 1 ? Share.WHOLE : ofTensors;
      default -> throw new IllegalArgumentException(group);
    };
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of(
        "may_fuse", engine.moe().mayFuseShared(),
        "deepseek_may_fuse", experts.mayFuseShared(),
        "speculates", engine.speculates(),
        "splits_indexer", engine.splitsIndexer(),
        "runner", engine.moe().runner(),
        "whole_tower", engine.hasWholeTower(),
        "float32_sinks", engine.hasFloat32Sinks(),
        "sm100", engine.gpu() == Gpu.SM100);
  }

  @Override
  public Vocabulary.Padding padding() {
    return Vocabulary.Padding.SGLANG;
  }

  @Override
  public Quantization quantization(Checkpoint checkpoint, DType dtype) {
    Quantization quantization = Quantization.of(checkpoint, engine.quantization());
    if (quantization.isFp8() && dtype == DType.F32) {
      throw new ExpectException(
          "dtype is float32; expected float16 or bfloat16, since config.json asks for fp8");
    }
    return quantization;
  }

  @Override
  public Fp8Loading linearLoading(DType dtype) {
    return engine.linearLoading(dtype);
  }

  @Override
  public Fp8Loading expertLoading() {
    return experts.loading();
  }

  @Override
  public boolean hasZeroBiases() {
    return true;
  }

  @Override
  public long redundantExperts() {
    return engine.moe().redundantExperts();
  }

  @Override
  public ExpertLayout expertLayout(
      Quantization.Scheme scheme, DType dtype, Map<String, String> options) {
    return experts.layout(scheme, dtype, options);
  }

  @Override
  public void requireFitting(boolean hasExperts) {
    if (!hasExperts && engine.moe().allToAll().equals("deepep_v2")) {
      throw new ExpectException("moe-a2a-backend is deepep_v2; expected a model with experts");
    }
  }

  @Override
  public Optional<List<String>> ignoredTensors() {
    return Optional.empty();
  }
}
