package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameRuleTest {

  @ParameterizedTest
  @CsvSource({
    "tied-embedding,lm_head.weight,model.embed_tokens.weight",
    "tied-embedding,model.lm_head.weight,",
    "tied-embedding,lm_head.weight_scale,",
    "deepseek-kv-b-proj,model.layers.3.self_attn.attn_mha.kv_b_proj.weight,"
        + "model.layers.3.self_attn.kv_b_proj.weight",
    "deepseek-kv-b-proj,model.layers.3.self_attn.attn_mha.kv_b_proj.weight_scale_inv,"
        + "model.layers.3.self_attn.kv_b_proj.weight_scale_inv",
    "deepseek-kv-b-proj,model.layers.3.self_attn.kv_b_proj.weight,",
    "vllm-moe-gate,model.layers.0.mlp.experts.gate.weight,model.layers.0.mlp.gate.weight",
    "vllm-moe-gate,model.layers.0.mlp.experts.gate_up.weight,",
    "tied-embedding-in-wrapper,language_model.lm_head.weight,"
        + "language_model.model.embed_tokens.weight",
    "tied-embedding-in-wrapper,lm_head.weight,"
  })
  void namesATensorAsTheEngineDoes(String rule, String inFile, String inEngine) {
    assertThat(NameRules.byId(rule).engineName(inFile)).isEqualTo(Optional.ofNullable(inEngine));
    if (inEngine != null) {
      assertThat(NameRules.byId(rule).isEngineName(inEngine)).isTrue();
      assertThat(NameRules.byId(rule).isEngineName(inFile)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"*.a,b", "a.*,b", "*,*", "a*,b*c"})
  void refusesARuleWhoseStarsStandForNothing(String inFile, String inEngine) {
    assertThatThrownBy(() -> new NameRule("r", inFile, inEngine, "why"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid rule r: " + inFile + ", " + inEngine);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parallelism: { tp: 1 }, profile: sglang-0.5.20|target|tied-embedding deepseek-kv-b-proj",
        "parallelism: { tp: 1 }, profile: sglang-0.5.13|target|tied-embedding deepseek-kv-b-proj",
        "parallelism: { tp: 1 }, profile: sglang-0.5.20|draft|deepseek-kv-b-proj",
        "parallelism: { tp: 1 }, profile: vllm-0.32|target|"
            + "tied-embedding vllm-moe-gate tied-embedding-in-wrapper",
        "parallelism: { tp: 1 }, profile: none|target|"
            + "tied-embedding vllm-moe-gate tied-embedding-in-wrapper",
        "parallelism: { tp: 1, pp: 2 }|target|deepseek-kv-b-proj",
        "layout: checkpoint|target|"
      })
  void appliesToTheRanksThatTheTableSays(String setting, String role, String rules) {
    EngineSpec engine =
        FleetDescription.parse(
                "fleet: f\nengines:\n- { name: e, shards: /e, " + setting + " }\n", "f.yaml", "/")
            .engines()
            .get(0);

    assertThat(NameRules.of(engine, role))
        .extracting(NameRule::id)
        .isEqualTo(rules == null ? List.of() : List.of(rules.split(" ")));
  }

  @Test
  void knowsNoOtherRule() {
    assertThatThrownBy(() -> NameRules.byId("other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No rule of names: other");
  }
}
