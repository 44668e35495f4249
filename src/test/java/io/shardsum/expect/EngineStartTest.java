package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedTensor;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which SGLang engines start, by its own source; no tensors are needed to tell. */
class EngineStartTest {
  private static final String DENSE =
      "'dtype': 'bfloat16', 'hidden_size': 64, 'num_hidden_layers': 2, 'vocab_size': 70,"
          + " 'num_attention_heads': 4, 'num_key_value_heads': 4, 'head_dim': 16,"
          + " 'intermediate_size': 64";
  private static final String MOE = DENSE + ", 'num_experts': 2, 'moe_intermediate_size': 32";
  private static final String FP8 =
      ", 'quantization_config': {'quant_method': 'fp8', 'activation_scheme': 'dynamic',"
          + " 'weight_block_size': [128, 128]}";
  private static final Map<String, String> MODELS =
      new TreeMap<>(
          Map.of(
              "qwen3", config("Qwen3ForCausalLM", DENSE),
              "qwen3-fp8", config("Qwen3ForCausalLM", DENSE + FP8),
              "qwen3-gelu", config("Qwen3ForCausalLM", DENSE + ", 'hidden_act': 'gelu'"),
              "llama-many-heads",
                  config(
                      "LlamaForCausalLM",
                      "'dtype': 'bfloat16', 'hidden_size': 64, 'num_hidden_layers': 2,"
                          + " 'vocab_size': 70, 'num_attention_heads': 1000000"),
              "llama-million-layers",
                  config(
                      "LlamaForCausalLM",
                      "'dtype': 'bfloat16', 'hidden_size': 64, 'num_hidden_layers': 1000000,"
                          + " 'vocab_size': 70, 'num_attention_heads': 4,"
                          + " 'intermediate_size': 64"),
              "qwen3-moe", config("Qwen3MoeForCausalLM", MOE),
              "qwen3-moe-odd",
                  config(
                      "Qwen3MoeForCausalLM",
                      DENSE + ", 'num_experts': 8, 'moe_intermediate_size': 33"),
              "qwen3-moe-million-experts",
                  config(
                      "Qwen3MoeForCausalLM",
                      DENSE + ", 'num_experts': 1000000, 'moe_intermediate_size': 32")));

  private static String config(String architecture, String sizes) {
    return "{'architectures': ['%s'], %s}".formatted(architecture, sizes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qwen3-fp8|dtype=float32|dtype is float32; expected float16 or bfloat16, since config.json"
            + " asks for fp8",
        "qwen3-gelu|''|config.json: hidden_act is 'gelu'; expected silu",
        "qwen3-moe|tp=4|tp / ep is 4; expected at most the 2 routed experts",
        "qwen3-moe-odd|tp=2 gpu=sm100|moe_intermediate_size 33 cannot be cut into 2 equal parts:"
            + " expected a multiple of 2",
        "llama-many-heads|''|config.json: num_attention_heads is 1000000; expected at most"
            + " hidden_size, which is 64",
        "llama-million-layers|''|num_hidden_layers 1000000 with tp 1 is 1000000 layers of ranks;"
            + " allowed: at most 65536",
        "qwen3-moe-million-experts|''|1000000 experts in 2 layers with tp / ep 1 is 2000000"
            + " experts of ranks; allowed: at most 1048576",
        "qwen3-moe|ep-num-redundant-experts=999998|1000000 experts in 2 layers with tp / ep 1"
            + " is 2000000 experts of ranks; allowed: at most 1048576",
        "llama-million-layers|tp=2|num_hidden_layers 1000000 with tp 2 is 2000000 layers of ranks;"
            + " allowed: at most 65536",
        "qwen3|fp8-gemm-backend=nonsense|fp8-gemm-backend is 'nonsense'; expected auto, deep_gemm,"
            + " flashinfer_trtllm, flashinfer_cutlass, flashinfer_deepgemm, flashinfer_cutedsl,"
            + " cutlass, triton, aiter",
        "qwen3|moe-a2a-backend=nonsense|moe-a2a-backend is 'nonsense'; expected none, deepep,"
            + " mooncake, nixl, mori, ascend_fuseep, flashinfer, megamoe, deepep_v2, pplx,"
            + " ascend_tp, flashinfer_megamoe",
        "qwen3|moe-a2a-backend=deepep_v2|moe-a2a-backend is deepep_v2; expected a model with"
            + " experts",
        "qwen3-moe|moe-a2a-backend=pplx|attn-dp is 1; expected at least 2 with moe-a2a-backend"
            + " pplx",
        "qwen3-moe|moe-a2a-backend=deepep_v2 moe-runner-backend=triton|moe-runner-backend is"
            + " triton; expected auto or deep_gemm with moe-a2a-backend deepep_v2",
        "qwen3|SGLANG_SHARED_EXPERT_TP1=maybe|SGLANG_SHARED_EXPERT_TP1 is 'maybe'; expected true,"
            + " 1, yes, y, false, 0, no or n",
        "qwen3|SGLANG_SHARED_EXPERT_TP1=|SGLANG_SHARED_EXPERT_TP1 is ''; expected true, 1, yes, y,"
            + " false, 0, no or n",
      })
  void refusesEnginesThatDoNotStart(String model, String words, String message) {
    PlannedCheckpoint checkpoint = PlannedCheckpoint.of(MODELS.get(model));
    assertThatThrownBy(() -> checkpoint.expect(words.split(" ", -1)))
        .isInstanceOf(ExpectException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "qwen3-moe"})
  void namesTheRunnersThatThereAre(String model) {
    PlannedCheckpoint checkpoint = PlannedCheckpoint.of(MODELS.get(model));
    assertThatThrownBy(() -> checkpoint.expect("moe-runner-backend=nonsense"))
        .isInstanceOf(ExpectException.class)
        .hasMessageStartingWith(
            "moe-runner-backend is 'nonsense'; expected auto, deep_gemm, triton")
        .hasMessageEndingWith(", hpc_ops, megamoe, intel_xpu");
  }

  /** With more ranks than experts, as long as no expert is shared by more. */
  @Test
  void startsWithRanksThatHaveCopiesOfExperts() {
    Expectation expectation =
        PlannedCheckpoint.of(MODELS.get("qwen3-moe"))
            .expect("tp=4", "ep=4", "ep-num-redundant-experts=2");
    assertThat(expectation.ranks()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "1", "yes", "y", "YES", "True", "false", "0", "no", "n", "No"})
  void readsVariablesAsSglangDoes(String value) {
    PlannedCheckpoint checkpoint = PlannedCheckpoint.of(MODELS.get("qwen3"));
    assertThat(checkpoint.expect("SGLANG_SHARED_EXPERT_TP1=" + value).ranks()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "moe-runner-backend=flashinfer_cutlass dtype=float16|stacked(joined(%2$s as F16;"
            + " %1$s as F16))",
        "moe-runner-backend=flashinfer_cutlass|stacked(joined(%2$s; %1$s))",
        "moe-a2a-backend=deepep_v2|stacked(joined(%1$s; %2$s))",
        "moe-a2a-backend=deepep_v2 moe-runner-backend=deep_gemm|stacked(joined(%1$s; %2$s))",
      })
  void knowsTheOrderOfGateAndUp(String words, String recipe) {
    String expert = "model.layers.0.mlp.experts.0.";
    Expectation expectation =
        PlannedCheckpoint.of(
                MODELS.get("qwen3-moe").replace("'num_experts': 2", "'num_experts': 1"))
            .with(expert + "gate_proj.weight", 32L, 64L)
            .with(expert + "up_proj.weight", 32L, 64L)
            .expect(words.split(" ", -1));
    assertThat(expectation.ranks().get(0).tensors()).hasSize(1);
    ExpectedTensor tensor = expectation.ranks().get(0).tensors().get(0);
    assertThat(tensor.name()).isEqualTo("model.layers.0.mlp.experts.w13_weight");
    assertThat(tensor.recipe())
        .hasToString(recipe.formatted(expert + "gate_proj.weight", expert + "up_proj.weight"));
  }

  @Test
  void resolvesPplxToDeepGemm() {
    Expectation expectation =
        PlannedCheckpoint.of(MODELS.get("qwen3-moe"))
            .expect("tp=2", "attn-dp=2", "moe-a2a-backend=pplx");
    assertThat(expectation.topology().ep()).isEqualTo(2);
    assertThat(expectation.ranks().get(0).refused())
        .allMatch(refusal -> refusal.reason().startsWith("the checkpoint has no "));
  }
}
