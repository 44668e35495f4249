package io.shardsum.expect.vllm;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.CheckpointTensors.Prefix;
import io.shardsum.expect.model.DecoderSizes;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.LinearWeights;
import io.shardsum.expect.model.ModelClass;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.ModelRules;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.fleet.CheckpointListing;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Optional;

/** vLLM 0.32. */
public final class VllmRules implements EngineRules {
  private final VllmEngine engine;
  private final Checkpoint checkpoint;

  public VllmRules(EngineSetup setup, Checkpoint checkpoint) {
    this.engine = VllmEngine.of(setup);
    this.checkpoint = checkpoint;
  }

  @Override
  public Topology topology() {
    return engine.topology();
  }

  @Override
  public Optional<String> refusal(ModelConfig config) {
    return engine
        .refusal()
        .or(this::mistralFormat)
        .or(() -> ModelClass.of(config).flatMap(model -> VllmStart.refusal(model, config)));
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
  public DType dtype(Optional<String> flag, ModelConfig config) {
    return ModelDtype.vllm(flag, checkpoint);
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
  public void requireLoadable(ModelClass model, ModelConfig config, CheckpointTensors tensors) {
    if (Quantization.of(checkpoint, engine.quantization()).scheme() == Quantization.Scheme.NONE) {
      new VllmNames(model, config).require(tensors);
    }
  }

  @Override
  public ModelRules modelRules(ModelClass model, ModelConfig config) {
    VllmStart.require(model, config, engine.topology());
    VllmHead head = VllmHead.of(DecoderSizes.of(config), checkpoint);
    return switch (model) {
      case LLAMA, MISTRAL -> VllmDense.llama(config, engine, head);
      case QWEN2 -> VllmDense.qwen2(config, engine, head);
      case QWEN3 -> VllmDense.qwen3(config, engine, head);
      case QWEN3_MOE -> new VllmQwen3Moe(config, engine, head);
      case DEEPSEEK_V3 -> new VllmDeepseekV3(config, engine, head);
    };
  }
}
