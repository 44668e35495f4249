package io.shardsum.expect.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.SmallCheckpoint;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** config.json says that the head is the embedding, and the checkpoint has a head. */
class VllmHeadTest {
  private static final List<String> BOTH = List.of(SmallCheckpoint.HEAD, SmallCheckpoint.EMBEDDING);
  private static final List<String> EMBEDDING = List.of(SmallCheckpoint.EMBEDDING);
  private static final List<String> HEAD = List.of(SmallCheckpoint.HEAD);

  @TempDir private Path temp;

  private SmallCheckpoint tied(String architecture) {
    return SmallCheckpoint.ofHeads(temp, architecture).with("tie_word_embeddings", true);
  }

  private static SmallCheckpoint withSameHead(SmallCheckpoint model) {
    model.values.put(SmallCheckpoint.HEAD, model.values.get(SmallCheckpoint.EMBEDDING).clone());
    return model;
  }

  private static List<List<String>> held(SmallCheckpoint model, Expectation expectation)
      throws IOException {
    return model.hashed(expectation).ranks().stream()
        .peek(rank -> assertThat(rank.refused()).noneMatch(of -> BOTH.contains(of.tensor())))
        .map(rank -> BOTH.stream().filter(rank.checksums()::containsKey).toList())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LlamaForCausalLM",
        "MistralForCausalLM",
        "Qwen2ForCausalLM",
        "Qwen3ForCausalLM",
        "Qwen3MoeForCausalLM"
      })
  void isHeldUnlessItIsEqual(String architecture) throws IOException {
    SmallCheckpoint other = tied(architecture).write();
    assertThat(held(other, other.expected(2, 1))).containsExactly(BOTH, BOTH);

    SmallCheckpoint same = withSameHead(tied(architecture)).write();
    assertThat(held(same, same.expected(2, 1))).containsExactly(EMBEDDING, EMBEDDING);
  }

  @Test
  void isHeldWithoutTheEmbeddingOnTheLastStage() throws IOException {
    SmallCheckpoint same = withSameHead(tied("LlamaForCausalLM")).write();

    assertThat(held(same, same.expected(1, 2))).containsExactly(EMBEDDING, HEAD);
  }

  @Test
  void isComparedOnEveryStageOfQwen3Moe() throws IOException {
    SmallCheckpoint same = withSameHead(tied("Qwen3MoeForCausalLM")).write();

    assertThat(held(same, same.expected(1, 2))).containsExactly(EMBEDDING, EMBEDDING);
  }

  @Test
  void isComparedInDeepseekToo() throws IOException {
    SmallCheckpoint same =
        withSameHead(SmallCheckpoint.deepseek(temp).with("tie_word_embeddings", true)).write();

    assertThat(held(same, same.expected(1, 1))).containsExactly(EMBEDDING);
    assertThat(held(same, same.expected(1, 2))).containsExactly(EMBEDDING, HEAD);
  }

  @Test
  void isTheEmbeddingIfTheCheckpointHasNone() throws IOException {
    SmallCheckpoint model = tied("LlamaForCausalLM").remove(SmallCheckpoint.HEAD).write();

    assertThat(held(model, model.expected(1, 2))).containsExactly(EMBEDDING, EMBEDDING);
  }

  @Test
  void isNeededInDeepseek() throws IOException {
    SmallCheckpoint model =
        SmallCheckpoint.deepseek(temp)
            .with("tie_word_embeddings", true)
            .remove(SmallCheckpoint.HEAD)
            .write();

    assertThatThrownBy(() -> model.expected(1, 1))
        .isInstanceOf(ExpectException.class)
        .hasMessage(
            "config.json: tie_word_embeddings is true, and the checkpoint has no lm_head.weight:"
                + " expected it in this class in vLLM");
  }

  /** 128 padded rows: rank 1 has those from 64. */
  @Test
  void isComparedRankByRank() throws IOException {
    SmallCheckpoint model = withSameHead(tied("LlamaForCausalLM"));
    model.values.get(SmallCheckpoint.HEAD)[90 * 4] += 1;
    model.write();

    assertThat(held(model, model.expected(2, 1))).containsExactly(EMBEDDING, BOTH);
  }

  @Test
  void isComparedAfterTheCast() throws IOException {
    SmallCheckpoint model = withSameHead(tied("LlamaForCausalLM"));
    model.values.get(SmallCheckpoint.HEAD)[0] += 1f / (1 << 20);
    model.write();

    assertThat(held(model, model.expected(1, 1))).containsExactly(BOTH);
    assertThat(
            held(
                model, model.expected(new Topology(1, 1, 1, 1), Optional.of("bfloat16"), Map.of())))
        .containsExactly(EMBEDDING);
  }

  @Test
  void isEqualWhereZerosDifferInSign() throws IOException {
    SmallCheckpoint model = withSameHead(tied("LlamaForCausalLM"));
    model.values.get(SmallCheckpoint.EMBEDDING)[7] = 0f;
    model.values.get(SmallCheckpoint.HEAD)[7] = -0f;
    model.write();

    assertThat(held(model, model.expected(1, 1))).containsExactly(EMBEDDING);
  }

  @Test
  void isNeverEqualWithANan() throws IOException {
    SmallCheckpoint model = withSameHead(tied("LlamaForCausalLM"));
    model.values.get(SmallCheckpoint.EMBEDDING)[7] = Float.NaN;
    model.values.get(SmallCheckpoint.HEAD)[7] = Float.NaN;
    model.write();

    assertThat(held(model, model.expected(1, 1))).containsExactly(BOTH);
  }
}
