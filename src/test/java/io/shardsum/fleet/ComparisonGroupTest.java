package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonGroupTest {
  @Test
  void saysWhatMustBeTheSame() {
    assertThat(group("model: acme/chat-8b", "revision: r1", "parallelism: { tp: 4 }"))
        .isEqualTo("acme/chat-8b@r1 tp4 pp1 dp1 sglang-0.5.20");
    assertThat(group("model: m", "parallelism: { tp: 1 }", "skip: [v, k, v]", "profile: none"))
        .isEqualTo("m tp1 pp1 dp1 none skip k,v");
    assertThat(group("model: m", "layout: checkpoint")).isEqualTo("m checkpoint sglang-0.5.20");
  }

  @Test
  void leavesAnEngineWithoutAModelAlone() {
    assertThat(group("parallelism: { tp: 1 }")).isEqualTo("engine e");
  }

  @Test
  void quotesWhatCouldBeMistaken() {
    assertThat(group("model: 'a@b'", "layout: checkpoint"))
        .isEqualTo("\"a@b\" checkpoint sglang-0.5.20");
    assertThat(group("model: a", "revision: b", "layout: checkpoint"))
        .isEqualTo("a@b checkpoint sglang-0.5.20");
    assertThat(group("model: engine", "layout: checkpoint"))
        .isEqualTo("\"engine\" checkpoint sglang-0.5.20");
    assertThat(group("model: \"a\\n\\\"b\"", "layout: checkpoint"))
        .isEqualTo("\"a\\n\\\"b\" checkpoint sglang-0.5.20");
    assertThat(group("model: m", "layout: checkpoint", "skip: ['a,b']"))
        .isEqualTo("m checkpoint sglang-0.5.20 skip \"a,b\"");
    assertThat(group("model: m", "layout: checkpoint", "skip: ['a', 'b']"))
        .isEqualTo("m checkpoint sglang-0.5.20 skip a,b");
    assertThat(group("model: 'm tp1 pp1 dp1 none'", "layout: checkpoint"))
        .isEqualTo("\"m tp1 pp1 dp1 none\" checkpoint sglang-0.5.20");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "structure ef26fe9b tp4 pp1 dp1 sglang-0.5.20 | engines with the same tensors (tp 4)",
        "structure ef26fe9b tp4 pp2 dp1 sha256 none skip k,v | engines with the same tensors (tp 4, pp 2)",
        "structure ef26fe9b checkpoint sglang-0.5.20 | checkpoints with the same tensors",
        "acme/chat-8b@r1 tp4 pp1 dp1 sglang-0.5.20 | acme/chat-8b@r1 tp4 pp1 dp1 sglang-0.5.20",
        "engine e | engine e"
      })
  void saysInWordsWhatEnginesHaveInCommon(String label, String words) {
    assertThat(ComparisonGroup.words(label)).isEqualTo(words);
  }

  private static String group(String... lines) {
    StringBuilder yaml = new StringBuilder("fleet: f\nengines:\n- name: e\n  shards: e\n");
    for (String line : lines) {
      yaml.append("  ").append(line).append('\n');
    }
    return ComparisonGroup.of(
        FleetDescription.parse(yaml.toString(), "fleet.yaml", "/").engines().get(0));
  }
}
