package io.shardsum.expect.sglang;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.CheckpointTensors.Prefix;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.LinearWeights;
import io.shardsum.expect.model.ModelClass;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Optional;

/** SGLang 0.5.23. */
public final class SglangRules implements EngineRules {
  private final SglangEngine engine;

  public SglangRules(EngineSetup setup) {
    this.engine = SglangEngine.of(setup);
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
  public DType dtype(Optional<String> flag, ModelConfig config) {
    return ModelDtype.sglang(flag, config);
  }

  @Override
  public List<Stage> stages(long layers) {
    return engine.stages(layers);
  }

  @Override
  public Prefix prefix(ModelClass model) {
    return model == ModelClass.QWEN3 ? Prefix.OPTIONAL : Prefix.NEEDED;
  }

  @Override
  public LinearWeights weights(
      ModelClass model, Checkpoint checkpoint, CheckpointTensors tensors, DType dtype) {
    Quantization quantization = Quantization.of(checkpoint, engine.quantization());
    if (quantization.isFp8() && dtype == DType.F32) {
      throw new ExpectException(
          "dtype is float32; expected float16 or bfloat16, since config.json asks for fp8");
    }
    boolean losesScales = model == ModelClass.LLAMA || model == ModelClass.MISTRAL;
    return new LinearWeights(
        tensors,
        dtype,
        losesScales
            ? quantization.refusing(
                "SGLang's loader of this class loads no scales of fp8 in blocks")
            : quantization,
        engine.linearLoading(dtype),
        LinearWeights.MissingBias.ZERO);
  }

  @Override
  public ModelRules modelRules(ModelClass model, ModelConfig config) {
    boolean isMixture = model == ModelClass.QWEN3_MOE || model == ModelClass.DEEPSEEK_V3;
    if (!isMixture && engine.moe().allToAll().equals("deepep_v2")) {
      throw new ExpectException("moe-a2a-backend is deepep_v2; expected a model with experts");
    }
    return switch (model) {
      case LLAMA, MISTRAL -> new SglangLlama(config, engine);
      case QWEN2 -> new SglangQwen2(config, engine);
      case QWEN3 -> new SglangQwen3(config, engine);
      case QWEN3_MOE -> new SglangQwen3Moe(config, engine);
      case DEEPSEEK_V3 -> new SglangDeepseekV3(config, engine);
    };
  }
}
