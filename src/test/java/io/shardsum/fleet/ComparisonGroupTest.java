package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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

  private static String group(String... lines) {
    StringBuilder yaml = new StringBuilder("fleet: f\nengines:\n- name: e\n  shards: e\n");
    for (String line : lines) {
      yaml.append("  ").append(line).append('\n');
    }
    return ComparisonGroup.of(
        FleetDescription.parse(yaml.toString(), "fleet.yaml", "/").engines().get(0));
  }
}
