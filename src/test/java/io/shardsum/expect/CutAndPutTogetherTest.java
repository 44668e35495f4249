package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.NumberedCheckpoint.Numbered;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.SourceRows;
import io.shardsum.expect.recipe.Span;
import io.shardsum.io.ShardOpener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random small models, cut for random engines: every element is where it belongs, and whole. */
class CutAndPutTogetherTest {
  private static final int SEEDS = 20;
  private static final List<String> WHOLE_ON_EACH_RANK =
      List.of(
          "norm.weight",
          ".mlp.gate.weight",
          "e_score_correction_bias",
          "q_a_proj.weight",
          "kv_a_proj_with_mqa.weight",
          "o_proj.bias");

  @TempDir private Path temp;

  static Stream<Arguments> models() {
    return NumberedCheckpoint.CLASSES.stream()
        .flatMap(
            name ->
                Stream.iterate(1L, seed -> seed + 1)
                    .limit(SEEDS)
                    .map(seed -> Arguments.of(name, seed)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void givesTheCheckpointsElementsBack(String architecture, long seed) throws IOException {
    NumberedCheckpoint model = new NumberedCheckpoint(architecture, seed);
    model.write(temp);
    EngineSetup setup =
        new EngineSetup(
            EngineRelease.SGLANG_0_5_23,
            model.topology,
            Gpu.SM90,
            Optional.of("float32"),
            Map.of("moe-runner-backend", "triton"));
    Checkpoint checkpoint =
        Checkpoint.open(
            temp.toString(),
            setup,
            new Configuration(false),
            new ShardOpener(new Configuration(false)));
    Expectation expectation = Expectation.of(checkpoint, setup);

    int[] ranksThatHold = new int[model.elements() + 1];
    try (OpenCheckpoint bytes =
        new OpenCheckpoint(checkpoint.files(), new ShardOpener(new Configuration(false)))) {
      for (ExpectedRank rank : expectation.ranks()) {
        assertThat(rank.refused()).isEmpty();
        BitSet held = new BitSet();
        for (ExpectedTensor tensor : rank.tensors()) {
          take(tensor, model, bytes, held);
        }
        held.stream().forEach(number -> ranksThatHold[number]++);
      }
    }
    for (Numbered tensor : model.tensors) {
      for (int number = tensor.first(); number < tensor.end(); number++) {
        assertThat(ranksThatHold[number])
            .as("ranks that hold element %s of %s", number - tensor.first(), tensor.name())
            .isEqualTo(copies(tensor.name(), model));
      }
    }
  }

  /**
   * Each row in one run, nothing twice but a tied head, and where the recipe says it comes from.
   */
  private static void take(
      ExpectedTensor tensor, NumberedCheckpoint model, OpenCheckpoint bytes, BitSet held)
      throws IOException {
    Recipe recipe = tensor.recipe();
    ByteBuffer elements =
        ByteBuffer.allocate((int) recipe.lengthBytes()).order(ByteOrder.LITTLE_ENDIAN);
    recipe.open(bytes).read(0, elements);
    elements.flip();
    List<Long> shape = recipe.shape();
    long columns = shape.size() < 2 ? 1 : shape.get(shape.size() - 1);
    for (int index = 0; elements.hasRemaining(); index++) {
      int number = elements.getInt();
      if (index % columns != 0) {
        int before = elements.getInt(elements.position() - 2 * Integer.BYTES);
        assertThat(number).isEqualTo(before == 0 ? 0 : before + 1);
      }
      List<SourceRows> sources = recipe.sources(index, index + 1);
      if (number == 0) {
        assertThat(sources).isEmpty();
      } else {
        Numbered source = model.tensorOf(number);
        int row = (number - source.first()) / source.columns();
        assertThat(sources).hasSize(1);
        assertThat(sources.get(0).source().name()).isEqualTo(source.name());
        assertThat(sources.get(0).rows()).isEqualTo(new Span(row, 1));
        assertThat(held.get(number)).as("twice: " + tensor.name()).isFalse();
        held.set(number);
      }
    }
  }

  private static int copies(String name, NumberedCheckpoint model) {
    int tp = model.topology.tp();
    int stages = model.topology.pp();
    int groups = tp / model.attentionSize();
    if (WHOLE_ON_EACH_RANK.stream().anyMatch(name::endsWith)) {
      return tp;
    }
    if (name.contains("k_proj.") || name.contains("v_proj.")) {
      return groups * Math.max(1, model.attentionSize() / model.kvHeads);
    }
    if (name.contains(".self_attn.")) {
      return groups;
    }
    if (name.equals("model.embed_tokens.weight")) {
      int ofTable = model.isLlama() ? 1 : model.topology.attentionDp();
      return ofTable + (model.tied && stages > 1 ? 1 : 0);
    }
    boolean onEveryStage = model.isLlama() || model.architecture.startsWith("Qwen3Moe");
    return name.equals("lm_head.weight") && onEveryStage ? stages : 1;
  }
}
