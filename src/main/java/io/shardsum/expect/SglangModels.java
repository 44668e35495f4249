package io.shardsum.expect;

import io.shardsum.expect.CheckpointTensors.Prefix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model classes whose rules in SGLang are known. */
enum SglangModels {
  LLAMA("LlamaForCausalLM"),
  MISTRAL("MistralForCausalLM"),
  QWEN2("Qwen2ForCausalLM"),
  QWEN3("Qwen3ForCausalLM"),
  QWEN3_MOE("Qwen3MoeForCausalLM"),
  DEEPSEEK_V3("DeepseekV3ForCausalLM");

  private final String architecture;

  SglangModels(String architecture) {
    this.architecture = architecture;
  }

  static Optional<SglangModels> of(ModelConfig config) {
    List<String> architectures = config.texts("architectures");
    return Arrays.stream(values())
        .filter(model -> architectures.equals(List.of(model.architecture)))
        .findFirst();
  }

  static String notCovered(ModelConfig config) {
    return "the rules of model class %s are not known; known: %s"
        .formatted(
            MessageText.quoted(String.join(", ", config.texts("architectures"))),
            Arrays.stream(values())
                .map(model -> model.architecture)
                .collect(Collectors.joining(", ")));
  }

  Prefix prefix() {
    return this == QWEN3 ? Prefix.OPTIONAL : Prefix.NEEDED;
  }

  /** How modules of this class are quantized. */
  Quantization quantization(Quantization quantization) {
    return switch (this) {
      case LLAMA, MISTRAL ->
          quantization.refusing("SGLang's loader of this class loads no scales of fp8 in blocks");
      case QWEN2, QWEN3, QWEN3_MOE, DEEPSEEK_V3 -> quantization;
    };
  }

  ModelRules rules(ModelConfig config, SglangEngine engine) {
    return switch (this) {
      case LLAMA, MISTRAL -> new SglangLlama(config, engine);
      case QWEN2 -> new SglangQwen2(config, engine);
      case QWEN3 -> new SglangQwen3(config, engine);
      case QWEN3_MOE -> new SglangQwen3Moe(config, engine);
      case DEEPSEEK_V3 -> new SglangDeepseekV3(config, engine);
    };
  }
}
