package io.shardsum.expect.table;

import static io.shardsum.expect.PlannedCheckpoint.parsed;
import static io.shardsum.expect.model.EngineRelease.SGLANG_0_5_23;
import static io.shardsum.expect.model.EngineRelease.VLLM_0_32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.PlannedCheckpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.ModelDtype;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against transformers' own classes: AutoConfig.from_pretrained of these keys, release 5.19.0. */
class TableScopeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "LlamaForCausalLM|{'num_attention_heads': 6}|Nkv|6",
        "LlamaForCausalLM|{'num_attention_heads': 6, 'num_key_value_heads': null}|Nkv|6",
        "LlamaForCausalLM|{'num_attention_heads': 6, 'num_key_value_heads': 2}|Nkv|2",
        "MistralForCausalLM|{'num_attention_heads': 6}|Nkv|8",
        "Qwen2ForCausalLM|{'num_attention_heads': 6}|Nkv|32",
        "Qwen2ForCausalLM|{'num_attention_heads': 6, 'num_key_value_heads': null}|Nkv|6",
        "Qwen3ForCausalLM|{'num_attention_heads': 6}|Nkv|32",
        "Qwen3ForCausalLM|{'num_attention_heads': 6, 'num_key_value_heads': null}|Nkv|6",
        "Qwen3ForCausalLM|{'num_attention_heads': 6}|hd|128",
        "Qwen3ForCausalLM|{'num_attention_heads': 6, 'head_dim': 64}|hd|64",
        "Qwen3MoeForCausalLM|{'num_attention_heads': 6}|Nkv|4",
        "Qwen3MoeForCausalLM|{}|decoder_sparse_step|1",
        "Qwen3MoeForCausalLM|{'num_local_experts': 8}|E|8",
        "Qwen3MoeForCausalLM|{'num_local_experts': 8, 'num_experts': 4}|E|8",
        "DeepseekV3ForCausalLM|{}|shared|1",
        "DeepseekV3ForCausalLM|{}|rank_q|1536",
        "DeepseekV3ForCausalLM|{}|first_k_dense_replace|3",
        "DeepseekV3ForCausalLM|{'num_local_experts': 8}|E|8",
        "DeepseekV3ForCausalLM|{'num_local_experts': 8, 'n_routed_experts': 4}|E|8",
      })
  void givesWhatTheClassDoes(String model, String config, String name, long value) {
    assertThat(scope(model, SGLANG_0_5_23, config).named(name)).contains(value);
  }

  private static TableScope scope(String model, EngineRelease release, String config) {
    return TableScope.of(
        ModelPlan.tables(release).of(model).orElseThrow(),
        parsed(config),
        new CheckpointTensors(Map.of(), CheckpointTensors.Prefix.NEEDED),
        Map.of());
  }

  @Test
  void leavesWhatHasNoDefault() {
    assertThat(scope("Qwen3MoeForCausalLM", SGLANG_0_5_23, "{}").named("head_dim")).isEmpty();
    assertThat(
            scope("DeepseekV3ForCausalLM", SGLANG_0_5_23, "{'q_lora_rank': null}").named("rank_q"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "MistralForCausalLM,num_key_value_heads",
    "Qwen3MoeForCausalLM,num_key_value_heads",
    "Qwen3MoeForCausalLM,decoder_sparse_step",
    "Qwen3ForCausalLM,head_dim",
    "DeepseekV3ForCausalLM,n_shared_experts",
    "LlamaForCausalLM,attention_bias",
    "Qwen2ForCausalLM,hidden_act",
    "Qwen2ForCausalLM,tie_word_embeddings",
  })
  void refusesNullWhereTheClassDoes(String model, String key) {
    String config = "{'%s': null}".formatted(key);
    assertThatThrownBy(() -> scope(model, SGLANG_0_5_23, config))
        .isInstanceOf(ExpectException.class)
        .hasMessage("config.json: %s is null; expected a value, or no such key".formatted(key));
  }

  @Test
  void takesNullInMistralForTheHeadsOfQueriesInVllm() {
    String config = "{'num_attention_heads': 6, 'num_key_value_heads': null}";
    assertThat(scope("MistralForCausalLM", VLLM_0_32, config).named("Nkv")).contains(6L);
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
    assertThat(ModelDtype.sglang(Optional.empty(), parsed(config), "float16")).hasToString(dtype);
  }
}
