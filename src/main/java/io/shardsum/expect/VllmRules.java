package io.shardsum.expect;

import io.shardsum.expect.CheckpointTensors.Prefix;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Optional;

/** vLLM 0.32. */
final class VllmRules implements EngineRules {
  private final VllmEngine engine;

  VllmRules(EngineSetup setup) {
    this.engine = VllmEngine.of(setup);
  }

  @Override
  public Topology topology() {
    return engine.topology();
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    return engine.refusal();
  }

  @Override
  public DType dtype(Optional<String> flag, ModelConfig config) {
    return ModelDtype.vllm(flag, config);
  }

  @Override
  public List<Stage> stages(long layers) {
    return engine.stages(layers);
  }

  @Override
  public Prefix prefix(ModelClass model) {
    return Prefix.NEEDED;
  }

  @Override
  public LinearWeights weights(
      ModelClass model, Checkpoint checkpoint, CheckpointTensors tensors, DType dtype) {
    Quantization quantization =
        Quantization.of(checkpoint, engine.quantization())
            .refusing(
                "vLLM stores quantized weights as the kernel wants them that it picks when it"
                    + " starts");
    return new LinearWeights(
        tensors, dtype, quantization, Fp8Loading.AS_STORED, LinearWeights.MissingBias.REFUSED);
  }

  @Override
  public ModelRules of(ModelClass model, ModelConfig config) {
    return switch (model) {
      case LLAMA, MISTRAL -> VllmDense.llama(config, engine);
      case QWEN2 -> VllmDense.qwen2(config, engine);
      case QWEN3 -> VllmDense.qwen3(config, engine);
      case QWEN3_MOE -> new VllmQwen3Moe(config, engine);
      case DEEPSEEK_V3 -> new VllmDeepseekV3(config, engine);
    };
  }
}
