package io.shardsum.expect.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.SmallCheckpoint;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.SourceRows;
import io.shardsum.expect.recipe.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VllmDeepseekV3Test {
  private static final String ATTENTION = "model.layers.1.self_attn.";
  private static final int PLAIN = 2;
  private static final int VALUE = 3;
  private static final int LATENT = 5;

  @TempDir private Path temp;

  @Test
  void holdsKeysAndValuesOfEachHeadASecondTime() throws IOException {
    SmallCheckpoint model = SmallCheckpoint.deepseek(temp).write();
    float[] both = model.values.get(ATTENTION + "kv_b_proj.weight");
    for (ExpectedRank rank : model.expected(2, 1).ranks()) {
      Recipe keys = held(rank, "W_UK_T");
      Recipe values = held(rank, "W_UV");
      assertThat(keys.shape()).isEqualTo(List.of(2L, (long) PLAIN, (long) LATENT));
      assertThat(values.shape()).isEqualTo(List.of(2L, (long) LATENT, (long) VALUE));
      float[] keyElements = model.elements(keys);
      float[] valueElements = model.elements(values);
      for (int head = 0; head < 2; head++) {
        int firstRow = (2 * rank.rank() + head) * (PLAIN + VALUE);
        for (int latent = 0; latent < LATENT; latent++) {
          for (int row = 0; row < PLAIN; row++) {
            assertThat(keyElements[(head * PLAIN + row) * LATENT + latent])
                .isEqualTo(both[(firstRow + row) * LATENT + latent]);
          }
          for (int row = 0; row < VALUE; row++) {
            int index = (head * LATENT + latent) * VALUE + row;
            int sourceRow = firstRow + PLAIN + row;
            assertThat(valueElements[index]).isEqualTo(both[sourceRow * LATENT + latent]);
            assertThat(values.sources(index, index + 1))
                .extracting(SourceRows::rows)
                .containsExactly(new Span(sourceRow, 1));
          }
        }
      }
    }
  }

  @Test
  void castsThem() throws IOException {
    SmallCheckpoint model = SmallCheckpoint.deepseek(temp).write();
    ExpectedRank rank =
        model.expected(new Topology(1, 1, 1, 1), Optional.of("bfloat16"), Map.of()).ranks().get(0);

    assertThat(held(rank, "W_UV"))
        .hasToString(
            "stacked(%s) as BF16"
                .formatted(
                    "rows 2 to 4 of NAME transposed; rows 7 to 9 of NAME transposed; rows 12 to 14"
                        .concat(" of NAME transposed; rows 17 to 19 of NAME transposed")
                        .replace("NAME", ATTENTION + "kv_b_proj.weight")));
  }

  @Test
  void refusesThemWhereTheWeightIsRefused() throws IOException {
    SmallCheckpoint model =
        SmallCheckpoint.deepseek(temp)
            .with("quantization_config", Map.of("quant_method", "awq"))
            .write();

    assertThat(model.expected(1, 1).ranks().get(0).refused())
        .extracting(Refusal::tensor)
        .contains(
            ATTENTION + "kv_b_proj.weight",
            ATTENTION + "mla_attn.mla_attn.W_UK_T",
            ATTENTION + "mla_attn.mla_attn.W_UV");
  }

  private static Recipe held(ExpectedRank rank, String name) {
    return rank.tensors().stream()
        .filter(tensor -> tensor.name().equals(ATTENTION + "mla_attn.mla_attn." + name))
        .findFirst()
        .orElseThrow()
        .recipe();
  }
}
