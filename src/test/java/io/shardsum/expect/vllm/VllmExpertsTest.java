package io.shardsum.expect.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.SmallCheckpoint;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order experts lie, by the backend that multiplies them. */
class VllmExpertsTest {
  private static final String EXPERTS = "model.layers.1.mlp.experts.routed_experts.";
  private static final String EXPERT = "rows 4 to 7 of model.layers.1.mlp.experts.";

  @TempDir private Path temp;

  private ExpectedRank rank(String architecture, int ep, Map<String, String> settings)
      throws IOException {
    SmallCheckpoint model =
        architecture.startsWith("Deepseek")
            ? SmallCheckpoint.deepseek(temp)
            : SmallCheckpoint.ofHeads(temp, architecture);
    return model
        .write()
        .expected(new Topology(2, 1, ep, 1), Optional.of("bfloat16"), settings)
        .ranks()
        .get(1);
  }

  private static String recipe(ExpectedRank rank, String name) {
    return rank.tensors().stream()
        .filter(tensor -> tensor.name().equals(EXPERTS + name))
        .map(ExpectedTensor::recipe)
        .findFirst()
        .orElseThrow()
        .toString()
        .replace(".weight as BF16", "");
  }

  @ParameterizedTest
  @CsvSource({
    "Qwen3MoeForCausalLM,auto,gate_proj,up_proj",
    "Qwen3MoeForCausalLM,triton,gate_proj,up_proj",
    "Qwen3MoeForCausalLM,flashinfer_cutlass,up_proj,gate_proj",
    "DeepseekV3ForCausalLM,auto,gate_proj,up_proj"
  })
  void followsTheBackend(String architecture, String backend, String first, String second)
      throws IOException {
    ExpectedRank rank = rank(architecture, 1, Map.of("moe-backend", backend));

    assertThat(recipe(rank, "w13_weight"))
        .isEqualTo(
            "stacked(joined(%1$s0.%2$s; %1$s0.%3$s); joined(%1$s1.%2$s; %1$s1.%3$s))"
                .formatted(EXPERT, first, second));
    assertThat(recipe(rank, "w2_weight"))
        .isEqualTo(
            "stacked(%1$s0.down_proj; %1$s1.down_proj)"
                .formatted(EXPERT.replace("rows", "columns")));
  }

  @ParameterizedTest
  @CsvSource({"Qwen3MoeForCausalLM", "DeepseekV3ForCausalLM"})
  void spreadsExperts(String architecture) throws IOException {
    assertThat(recipe(rank(architecture, 2, Map.of()), "w2_weight"))
        .isEqualTo("stacked(model.layers.1.mlp.experts.1.down_proj)");
  }

  @ParameterizedTest
  @CsvSource({
    "moe-backend,flashinfer_trtllm,'moe-backend ''flashinfer_trtllm'' stores experts in BF16 on sm90 is not known'",
    "all2all-backend,deepep_low_latency,'it is not known how all2all-backend ''deepep_low_latency'' stores experts'",
    "expert-placement-strategy,round_robin,it is not known which rank holds which expert",
    "enable-eplb,1,enable-eplb moves experts between ranks"
  })
  void refusesOthersByName(String setting, String value, String reason) throws IOException {
    ExpectedRank rank = rank("Qwen3MoeForCausalLM", 1, Map.of(setting, value));

    assertThat(rank.refused())
        .allMatch(refusal -> refusal.reason().contains(reason))
        .extracting(Refusal::tensor)
        .contains(EXPERTS + "w13_weight", EXPERTS + "w2_weight")
        .hasSize(4);
  }
}
