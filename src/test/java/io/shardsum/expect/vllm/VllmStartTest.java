package io.shardsum.expect.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.expect.SmallCheckpoint;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What vLLM reads, with what it does not start, and what is not covered. */
class VllmStartTest {
  private static final Topology ONE = new Topology(1, 1, 1, 1);
  private static final Topology TWO_STAGES = new Topology(1, 2, 1, 1);

  @TempDir private Path temp;

  private static void assertDoesNotStart(SmallCheckpoint model, Topology topology, String message)
      throws IOException {
    model.write();
    assertThatThrownBy(() -> model.expected(topology, Optional.empty(), Map.of()))
        .isInstanceOf(ExpectException.class)
        .hasMessage(message);
  }

  private static String refusal(SmallCheckpoint model, Map<String, String> settings) {
    List<Refusal> refused =
        model.expected(ONE, Optional.empty(), settings).ranks().get(0).refused();
    assertThat(refused).extracting(Refusal::tensor).containsExactly(Refusal.ALL_TENSORS);
    return refused.get(0).reason();
  }

  @Test
  void needsALayerWithExpertsOnEachStage() throws IOException {
    SmallCheckpoint model =
        SmallCheckpoint.ofHeads(temp, "Qwen3MoeForCausalLM").with("mlp_only_layers", List.of(1));

    assertDoesNotStart(
        model,
        TWO_STAGES,
        "pipeline stage 1 has no layer with experts: expected one at least in this class in vLLM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Qwen3MoeForCausalLM", "DeepseekV3ForCausalLM"})
  void cutsExpertsIntoEqualParts(String architecture) throws IOException {
    SmallCheckpoint model = model(architecture).with("moe_intermediate_size", 7);

    assertDoesNotStart(
        model,
        new Topology(2, 1, 1, 1),
        "moe_intermediate_size 7 cannot be cut into 2 equal parts: expected a multiple of 2");
  }

  @Test
  void doesNotCutExpertsThatAreSpread() throws IOException {
    SmallCheckpoint model =
        SmallCheckpoint.ofHeads(temp, "Qwen3MoeForCausalLM")
            .with("moe_intermediate_size", 7)
            .write();

    assertThat(model.expected(new Topology(2, 1, 2, 1), Optional.empty(), Map.of()).ranks())
        .hasSize(2);
  }

  @Test
  void hasExpertsToShare() throws IOException {
    assertDoesNotStart(
        SmallCheckpoint.llama(temp),
        new Topology(2, 1, 2, 1),
        "ep is 2; expected 1 in vLLM, since the model has no experts");
  }

  @Test
  void dividesTheHiddenSizeInLlama() throws IOException {
    assertDoesNotStart(
        SmallCheckpoint.llama(temp).with("num_attention_heads", 3),
        ONE,
        "config.json: hidden_size is 4; expected a multiple of num_attention_heads, which is 3, in"
            + " this class in vLLM");
  }

  @ParameterizedTest
  @CsvSource({
    "LlamaForCausalLM,tie_word_embeddings,'a value, or no such key'",
    "LlamaForCausalLM,attention_bias,'a value, or no such key'",
    "LlamaForCausalLM,mlp_bias,'a value, or no such key'",
    "Qwen2ForCausalLM,tie_word_embeddings,'a value, or no such key'",
    "Qwen3ForCausalLM,attention_bias,'a value, or no such key'"
  })
  void doesNotTakeNullForAFlag(String architecture, String key, String expected)
      throws IOException {
    assertDoesNotStart(
        SmallCheckpoint.ofHeads(temp, architecture).with(key, null),
        ONE,
        "config.json: %s is null; expected %s".formatted(key, expected));
  }

  @ParameterizedTest
  @CsvSource({
    "LlamaForCausalLM,model.layers.0.self_attn.k_norm.weight",
    "LlamaForCausalLM,model.layers.2.input_layernorm.weight",
    "Qwen2ForCausalLM,layers.0.input_layernorm.weight",
    "Qwen3MoeForCausalLM,model.layers.0.mlp.shared_expert_gate.weight",
    "DeepseekV3ForCausalLM,model.layers.1.mlp.gate.e_score_correction_bias",
    "DeepseekV3ForCausalLM,model.layers.3.input_layernorm.weight"
  })
  void knowsEveryTensor(String architecture, String name) throws IOException {
    assertDoesNotStart(
        model(architecture).add(name, 2),
        TWO_STAGES,
        "%s in model.safetensors: vLLM does not start, since %s has no such parameter"
            .formatted(name, architecture));
  }

  @Test
  void knowsTheOtherPartsOfAFusedTensorThatLacksOne() throws IOException {
    SmallCheckpoint model =
        SmallCheckpoint.llama(temp).remove("model.layers.0.self_attn.q_proj.weight").write();

    assertThat(model.expected(1, 1).ranks().get(0).refused())
        .extracting(Refusal::tensor)
        .containsExactly("model.layers.0.self_attn.qkv_proj.weight");
  }

  private SmallCheckpoint model(String architecture) {
    return architecture.startsWith("Deepseek")
        ? SmallCheckpoint.deepseek(temp)
        : SmallCheckpoint.ofHeads(temp, architecture);
  }

  @ParameterizedTest
  @CsvSource({
    "LlamaForCausalLM,model.layers.0.self_attn.o_proj.bias",
    "LlamaForCausalLM,model.layers.0.self_attn.rotary_emb.inv_freq",
    "MistralForCausalLM,model.layers.0.attention.wq.weight",
    "Qwen3MoeForCausalLM,model.layers.0.mlp.gate.e_score_correction_bias",
    "DeepseekV3ForCausalLM,model.layers.2.input_layernorm.weight",
    "DeepseekV3ForCausalLM,model.layers.1.self_attn.indexer.wk.weight"
  })
  void ignoresSomeTensors(String architecture, String name) throws IOException {
    SmallCheckpoint model = model(architecture).add(name, 2).write();

    assertThat(model.expected(1, 2).ranks()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "Qwen2ForCausalLM,qk_norm,true",
    "MistralForCausalLM,ada_rms_norm_t_cond,true",
    "Qwen3MoeForCausalLM,shared_expert_intermediate_size,8",
    "DeepseekV3ForCausalLM,index_topk,64"
  })
  void doesNotCoverWhatAddsParameters(String architecture, String key, String value)
      throws IOException {
    SmallCheckpoint model = model(architecture);
    model.config.put(key, new ObjectMapper().readTree(value));
    model.write();

    assertThat(refusal(model, Map.of()))
        .isEqualTo("config.json: " + key + " adds parameters that Shardsum does not support");
  }

  @Test
  void readsConsolidatedFilesAlone() throws IOException {
    SmallCheckpoint model = SmallCheckpoint.llama(temp).write();
    model.inFile("consolidated.safetensors").write();

    assertThat(refusal(model, Map.of()))
        .isEqualTo(
            "vLLM reads only the consolidated files, in a format that Shardsum does not support, unless"
                + " load-format is safetensors");
    assertThatThrownBy(
            () -> model.expected(ONE, Optional.empty(), Map.of("load-format", "safetensors")))
        .isInstanceOf(ExpectException.class)
        .hasMessage(
            "lm_head.weight is in consolidated.safetensors and in model.safetensors: expected each"
                + " name once");
  }

  @Test
  void readsTheIndexIfToldTo() throws IOException {
    SmallCheckpoint model = SmallCheckpoint.llama(temp).write();
    model.inFile("consolidated.safetensors").write();
    Files.writeString(
        temp.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"lm_head.weight\": \"model.safetensors\"}}");
    Map<String, String> told = Map.of("load-format", "safetensors");

    assertThat(model.expected(ONE, Optional.empty(), told).ranks().get(0).refused()).isEmpty();

    Files.writeString(temp.resolve("params.json"), "{}");
    assertThat(refusal(model, told))
        .isEqualTo(
            "vLLM takes the configuration from params.json, since there are consolidated files");
  }

  @ParameterizedTest
  @CsvSource({"F32,F32,BF16", "BF16,BF16,BF16", "F16,F16,F16", "BF16,F32,BF16", "F16,F8_E4M3,F16"})
  void takesTheDtypeThatHoldsAll(DType most, DType norm, DType expected) throws IOException {
    SmallCheckpoint model = withoutDtype(most, norm);

    assertThat(
            model.expected(ONE, Optional.empty(), Map.of()).ranks().get(0).tensors().stream()
                .map(tensor -> tensor.recipe().dtype())
                .distinct())
        .containsExactly(expected);
  }

  @Test
  void needsADtypeWhereNoneHoldsAll() throws IOException {
    SmallCheckpoint model = withoutDtype(DType.F16, DType.BF16);

    assertThatThrownBy(() -> model.expected(ONE, Optional.empty(), Map.of()))
        .isInstanceOf(ExpectException.class)
        .hasMessage(
            "config.json has no dtype, and the checkpoint has tensors in BF16, F16: expected it,"
                + " or --dtype");
  }

  private SmallCheckpoint withoutDtype(DType most, DType norm) throws IOException {
    SmallCheckpoint model = SmallCheckpoint.llama(temp).without("dtype");
    Map<String, DType> dtypes = new TreeMap<>();
    model.values.keySet().forEach(name -> dtypes.put(name, most));
    dtypes.put("model.norm.weight", norm);
    return model.write(dtypes);
  }
}
