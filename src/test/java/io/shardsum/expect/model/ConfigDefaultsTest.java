package io.shardsum.expect.model;

import static io.shardsum.expect.PlannedCheckpoint.parsed;
import static io.shardsum.expect.model.EngineRelease.SGLANG_0_5_23;
import static io.shardsum.expect.model.EngineRelease.VLLM_0_32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.PlannedCheckpoint;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against transformers' own classes: AutoConfig.from_pretrained of these keys, release 5.19.0. */
class ConfigDefaultsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "LLAMA|{'num_attention_heads': 6}|num_key_value_heads|6",
        "LLAMA|{'num_attention_heads': 6, 'num_key_value_heads': null}|num_key_value_heads|6",
        "LLAMA|{'num_attention_heads': 6, 'num_key_value_heads': 2}|num_key_value_heads|2",
        "MISTRAL|{'num_attention_heads': 6}|num_key_value_heads|8",
        "QWEN2|{'num_attention_heads': 6}|num_key_value_heads|32",
        "QWEN2|{'num_attention_heads': 6, 'num_key_value_heads': null}|num_key_value_heads|6",
        "QWEN3|{'num_attention_heads': 6}|num_key_value_heads|32",
        "QWEN3|{'num_attention_heads': 6, 'num_key_value_heads': null}|num_key_value_heads|6",
        "QWEN3|{'num_attention_heads': 6}|head_dim|128",
        "QWEN3|{'num_attention_heads': 6, 'head_dim': 64}|head_dim|64",
        "QWEN3_MOE|{'num_attention_heads': 6}|num_key_value_heads|4",
        "QWEN3_MOE|{}|decoder_sparse_step|1",
        "QWEN3_MOE|{'num_local_experts': 8}|num_experts|8",
        "QWEN3_MOE|{'num_local_experts': 8, 'num_experts': 4}|num_experts|8",
        "DEEPSEEK_V3|{}|n_shared_experts|1",
        "DEEPSEEK_V3|{}|q_lora_rank|1536",
        "DEEPSEEK_V3|{}|first_k_dense_replace|3",
        "DEEPSEEK_V3|{'num_local_experts': 8}|n_routed_experts|8",
        "DEEPSEEK_V3|{'num_local_experts': 8, 'n_routed_experts': 4}|n_routed_experts|8",
      })
  void givesWhatTheClassDoes(ModelClass model, String config, String key, long value) {
    assertThat(ConfigDefaults.complete(parsed(config), model, SGLANG_0_5_23).size(key))
        .isEqualTo(value);
  }

  @Test
  void leavesWhatHasNoDefault() {
    ModelConfig moe = ConfigDefaults.complete(parsed("{}"), ModelClass.QWEN3_MOE, SGLANG_0_5_23);
    assertThat(moe.has("head_dim")).isFalse();
    ModelConfig deepseek =
        ConfigDefaults.complete(
            parsed("{'q_lora_rank': null}"), ModelClass.DEEPSEEK_V3, SGLANG_0_5_23);
    assertThat(deepseek.has("q_lora_rank")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "MISTRAL,num_key_value_heads",
    "QWEN3_MOE,num_key_value_heads",
    "QWEN3_MOE,decoder_sparse_step",
    "QWEN3,head_dim",
    "DEEPSEEK_V3,n_shared_experts",
    "LLAMA,attention_bias",
    "QWEN2,hidden_act",
    "QWEN2,tie_word_embeddings",
  })
  void refusesNullWhereTheClassDoes(ModelClass model, String key) {
    ModelConfig config = parsed("{'%s': null}".formatted(key));
    assertThatThrownBy(() -> ConfigDefaults.complete(config, model, SGLANG_0_5_23))
        .isInstanceOf(ExpectException.class)
        .hasMessage("config.json: %s is null; expected a value, or no such key".formatted(key));
  }

  @Test
  void takesNullInMistralForTheHeadsOfQueriesInVllm() {
    ModelConfig config = parsed("{'num_attention_heads': 6, 'num_key_value_heads': null}");
    assertThat(
            ConfigDefaults.complete(config, ModelClass.MISTRAL, VLLM_0_32)
                .size("num_key_value_heads"))
        .isEqualTo(6);
  }

  /** Not hidden_size / num_attention_heads, which is 16. */
  @Test
  void plansHeadsOfQwen3WithoutHeadDim() {
    Expectation expectation =
        PlannedCheckpoint.of(
                "{'architectures': ['Qwen3ForCausalLM'], 'dtype': 'bfloat16', 'hidden_size': 64,"
                    + " 'num_hidden_layers': 1, 'vocab_size': 70, 'num_attention_heads': 4,"
                    + " 'num_key_value_heads': 2, 'intermediate_size': 64}")
            .with("model.layers.0.self_attn.o_proj.weight", 64L, 512L)
            .with("model.layers.0.self_attn.q_norm.weight", 128L)
            .expect();
    assertThat(expectation.ranks().get(0).tensors())
        .extracting(ExpectedTensor::name)
        .isEqualTo(
            List.of(
                "model.layers.0.self_attn.o_proj.weight",
                "model.layers.0.self_attn.q_norm.weight"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'dtype': 'bfloat16', 'torch_dtype': 'float32'}|BF16",
        "{'dtype': null, 'torch_dtype': 'bfloat16'}|BF16",
        "{'dtype': 'float16', 'torch_dtype': null}|F16",
      })
  void takesTheNewerNameOfTheDtype(String config, String dtype) {
    assertThat(ModelDtype.sglang(Optional.empty(), parsed(config))).hasToString(dtype);
  }
}
