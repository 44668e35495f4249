package io.shardsum.expect.model;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What transformers 5.19, by whose classes engines read a configuration, makes of keys that
 * config.json does not have, and of those that are null there.
 */
public final class ConfigDefaults {
  private static final String HEADS = "num_attention_heads";
  private static final String KV_HEADS = "num_key_value_heads";
  private static final String HEAD_DIM = "head_dim";
  private static final String SPARSE_STEP = "decoder_sparse_step";
  private static final String SHARED_EXPERTS = "n_shared_experts";
  private static final String LOCAL_EXPERTS = "num_local_experts";
  private static final String BIAS = "attention_bias";
  private static final Set<String> NEVER_NULL = Set.of("hidden_act", "tie_word_embeddings");

  private ConfigDefaults() {}

  /**
   * The configuration as the engine sees it.
   *
   * @throws ExpectException if a key is null that must not be
   */
  public static ModelConfig complete(ModelConfig config, ModelClass model, EngineRelease release) {
    NEVER_NULL.forEach(config::requireNotNull);
    neverNull(model, release).forEach(config::requireNotNull);
    ModelConfig complete = withExperts(config, model);
    for (Map.Entry<String, Long> absent : whereAbsent(model).entrySet()) {
      if (!complete.hasKey(absent.getKey())) {
        complete = complete.with(absent.getKey(), absent.getValue());
      }
    }
    boolean hasHeadsOfItsOwn = model == ModelClass.DEEPSEEK_V3;
    return hasHeadsOfItsOwn || complete.has(KV_HEADS)
        ? complete
        : complete.with(KV_HEADS, complete.size(HEADS));
  }

  private static Map<String, Long> whereAbsent(ModelClass model) {
    return switch (model) {
      case LLAMA -> Map.of();
      case MISTRAL -> Map.of(KV_HEADS, 8L);
      case QWEN2 -> Map.of(KV_HEADS, 32L);
      case QWEN3 -> Map.of(KV_HEADS, 32L, HEAD_DIM, 128L);
      case QWEN3_MOE -> Map.of(KV_HEADS, 4L, SPARSE_STEP, 1L);
      case DEEPSEEK_V3 ->
          Map.of(SHARED_EXPERTS, 1L, "q_lora_rank", 1536L, "first_k_dense_replace", 3L);
    };
  }

  private static Set<String> neverNull(ModelClass model, EngineRelease release) {
    return switch (model) {
      case LLAMA -> Set.of(BIAS);
      case MISTRAL -> release == EngineRelease.VLLM_0_32 ? Set.of() : Set.of(KV_HEADS);
      case QWEN2 -> Set.of();
      case QWEN3 -> Set.of(BIAS, HEAD_DIM);
      case QWEN3_MOE -> Set.of(BIAS, KV_HEADS, SPARSE_STEP);
      case DEEPSEEK_V3 -> Set.of(BIAS, SHARED_EXPERTS);
    };
  }

  /** Where the number of experts has its newer name, too, that one counts. */
  private static ModelConfig withExperts(ModelConfig config, ModelClass model) {
    Optional<String> name =
        switch (model) {
          case LLAMA, MISTRAL, QWEN2, QWEN3 -> Optional.empty();
          case QWEN3_MOE -> Optional.of("num_experts");
          case DEEPSEEK_V3 -> Optional.of("n_routed_experts");
        };
    return name.isPresent() && config.has(LOCAL_EXPERTS)
        ? config.with(name.get(), config.size(LOCAL_EXPERTS))
        : config;
  }
}
