package io.shardsum.expect.vllm;

import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ModelClass;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Topology;
import java.util.List;
import java.util.Optional;

/** Configurations with which vLLM does not start, or has parameters that are not covered. */
final class VllmStart {
  private VllmStart() {}

  /** Why nothing is predicted of a model with that configuration, if that is so. */
  static Optional<String> refusal(ModelClass model, ModelConfig config) {
    Optional<String> key =
        switch (model) {
          case LLAMA -> Optional.empty();
          case QWEN3 -> Optional.empty();
          case QWEN2 -> when(config.flag("qk_norm"), "qk_norm");
          case MISTRAL -> when(config.flag("ada_rms_norm_t_cond"), "ada_rms_norm_t_cond");
          case QWEN3_MOE ->
              when(
                  config.optionalCount("shared_expert_intermediate_size").orElse(0) > 0,
                  "shared_expert_intermediate_size");
          case DEEPSEEK_V3 -> when(config.hasKey("index_topk"), "index_topk");
        };
    return key.map(name -> "config.json: " + name + " adds parameters that are not covered");
  }

  private static Optional<String> when(boolean adds, String key) {
    return adds ? Optional.of(key) : Optional.empty();
  }

  /**
   * Checks what vLLM checks before it builds the model.
   *
   * @throws ExpectException if it does not start
   */
  static void require(ModelClass model, ModelConfig config, Topology topology) {
    for (String flag : flags(model)) {
      if (config.hasKey(flag) && !config.has(flag)) {
        throw new ExpectException(
            "config.json: %s is null; expected true or false, or nothing, in vLLM".formatted(flag));
      }
    }
    boolean hasExperts = model == ModelClass.QWEN3_MOE || model == ModelClass.DEEPSEEK_V3;
    if (!hasExperts && topology.ep() != 1) {
      throw new ExpectException(
          "ep is %s; expected 1 in vLLM, since the model has no experts".formatted(topology.ep()));
    }
    if (model == ModelClass.LLAMA) {
      long hidden = config.size("hidden_size");
      long heads = config.size("num_attention_heads");
      if (hidden % heads != 0) {
        throw new ExpectException(
            "config.json: hidden_size is %s; expected a multiple of num_attention_heads, which is"
                    .formatted(hidden)
                + " %s, in this class in vLLM".formatted(heads));
      }
    }
  }

  private static List<String> flags(ModelClass model) {
    return switch (model) {
      case LLAMA -> List.of("tie_word_embeddings", "attention_bias", "mlp_bias");
      case MISTRAL, QWEN2 -> List.of("tie_word_embeddings");
      case QWEN3, QWEN3_MOE, DEEPSEEK_V3 -> List.of("tie_word_embeddings", "attention_bias");
    };
  }
}
