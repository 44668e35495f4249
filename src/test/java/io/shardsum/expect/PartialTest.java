package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.testing.GoldenSetup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of which something is known and something is not. */
class PartialTest {
  private static final String SIZES =
      "'dtype': 'bfloat16', 'hidden_size': 64, 'num_hidden_layers': 1, 'vocab_size': 64,"
          + " 'num_attention_heads': 4, 'num_key_value_heads': 4, 'head_dim': 16,"
          + " 'intermediate_size': 64";

  private static PlannedCheckpoint checkpoint(String architecture, String more) {
    PlannedCheckpoint checkpoint =
        PlannedCheckpoint.of(
            "{'architectures': ['%s'], %s%s}".formatted(architecture, SIZES, more));
    for (String head : List.of("q", "k", "v", "o")) {
      checkpoint = checkpoint.with("model.layers.0.self_attn." + head + "_proj.weight", 64L, 64L);
    }
    return checkpoint
        .with("model.norm.weight", 64L)
        .with("lm_head.weight", 64L, 64L)
        .with("model.layers.0.input_layernorm.weight", 64L);
  }

  @Test
  void expectsWhatTheDescriptionSaysIsWhole() {
    Checkpoint checkpoint = checkpoint("OtherForCausalLM", "").checkpoint();
    EngineSetup setup =
        new EngineSetup(
            EngineRelease.SGLANG_0_5_23,
            new Topology(2, 1, 1, 1),
            Gpu.SM90,
            Optional.empty(),
            Map.of(),
            List.of("*norm.weight", "model.(x)"));

    List<ExpectedRank> ranks = Expectation.of(checkpoint, setup).ranks();
    assertThat(ranks).hasSize(2);
    assertThat(ranks.get(1).tensors())
        .extracting(ExpectedTensor::name)
        .containsExactly("model.layers.0.input_layernorm.weight", "model.norm.weight");
    assertThat(ranks.get(1).refused())
        .extracting(Refusal::tensor)
        .containsExactly(Refusal.ALL_TENSORS);
  }

  /** The modules that a quantization leaves alone are held as they are. */
  @Test
  void expectsModulesThatAreNotQuantized() {
    ExpectedRank rank =
        checkpoint(
                "Qwen3ForCausalLM",
                ", 'quantization_config': {'quant_method': 'compressed-tensors', 'ignore':"
                    + " ['lm_head', 're:.*self_attn[.].*', 're:*']}")
            .expect()
            .ranks()
            .get(0);

    assertThat(rank.tensors())
        .extracting(ExpectedTensor::name)
        .contains(
            "lm_head.weight",
            "model.layers.0.self_attn.qkv_proj.weight",
            "model.layers.0.self_attn.o_proj.weight");
    assertThat(rank.refused())
        .filteredOn(refusal -> refusal.reason().contains("quantization 'compressed-tensors'"))
        .extracting(Refusal::tensor)
        .containsExactly(
            "model.layers.0.mlp.gate_up_proj.weight", "model.layers.0.mlp.down_proj.weight");
  }

  /** Head and norms are held as they are; the engine repacks what is in INT4. */
  @ParameterizedTest
  @ValueSource(strings = {"awq", "gptq"})
  void expectsWhatInt4LeavesAlone(String method) {
    ExpectedRank rank =
        checkpoint(
                "Qwen3ForCausalLM",
                ", 'quantization_config': {'quant_method': '%s'}".formatted(method))
            .expect()
            .ranks()
            .get(0);

    assertThat(rank.tensors())
        .extracting(ExpectedTensor::name)
        .contains("lm_head.weight", "model.norm.weight");
    assertThat(rank.refused())
        .filteredOn(refusal -> refusal.reason().contains("repacks its weights"))
        .extracting(Refusal::tensor)
        .contains(
            "model.layers.0.self_attn.qkv_proj.weight", "model.layers.0.mlp.down_proj.weight");
  }

  /** Its text part has the quantization, which names what it leaves alone. */
  @Test
  void refusesOnlyTheExpertsOfKimiInInt4() throws IOException {
    GoldenSetup setup = new GoldenSetup(EngineRelease.SGLANG_0_5_23, "kimi-k2.5", "tp2");
    Checkpoint golden = setup.checkpoint();
    String json = Files.readString(setup.checkpointDirectory().resolve("config.json"));
    String quantization =
        "'quantization_config': {'quant_method': 'compressed-tensors', 'ignore': ['lm_head',"
            + " 're:.*self_attn.*', 're:.*shared_experts.*', 're:.*mlp[.](gate_up|gate|up|down)_proj.*']}, ";
    String quantized =
        json.replaceFirst("(\"text_config\": \\{)", "$1" + quantization.replace("'", "\""));
    Checkpoint int4 =
        new Checkpoint(
            golden.directory(),
            ModelConfig.parse(quantized.getBytes(StandardCharsets.UTF_8)),
            golden.files(),
            golden.tensors(),
            List.of(),
            false,
            false);

    ExpectedRank rank = Expectation.of(int4, setup.setup()).ranks().get(0);
    List<ExpectedTensor> bf16 = Expectation.of(golden, setup.setup()).ranks().get(0).tensors();
    assertThat(rank.tensors())
        .isEqualTo(bf16.stream().filter(t -> !t.name().contains(".experts.")).toList());
  }

  @Test
  void refusesOnlyTheExpertsOfGptOssInMxfp4() {
    GoldenSetup setup = new GoldenSetup(EngineRelease.SGLANG_0_5_23, "gpt-oss", "tp2-triton");
    Checkpoint golden = setup.checkpoint();
    Checkpoint quantized =
        new Checkpoint(
            golden.directory(),
            PlannedCheckpoint.parsed(
                "{'architectures': ['GptOssForCausalLM'], 'dtype': 'bfloat16', 'hidden_size': 48,"
                    + " 'num_hidden_layers': 2, 'vocab_size': 200, 'num_attention_heads': 4,"
                    + " 'num_key_value_heads': 2, 'head_dim': 32, 'intermediate_size': 64,"
                    + " 'num_local_experts': 4, 'quantization_config': {'quant_method': 'mxfp4'}}"),
            golden.files(),
            golden.tensors(),
            List.of(),
            false,
            false);

    ExpectedRank rank = Expectation.of(quantized, setup.setup()).ranks().get(0);
    List<ExpectedTensor> bf16 = Expectation.of(golden, setup.setup()).ranks().get(0).tensors();
    assertThat(rank.tensors())
        .isEqualTo(bf16.stream().filter(t -> !t.name().contains(".experts.")).toList());
    assertThat(rank.refused()).hasSize(12).allMatch(r -> r.tensor().contains(".experts.w"));
  }
}
