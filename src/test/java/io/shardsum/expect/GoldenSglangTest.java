package io.shardsum.expect;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.fleet.Digest;
import io.shardsum.io.ShardOpener;
import io.shardsum.testing.GoldenSetup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenSglangTest {
  /** Models of which an engine computes, reorders or does not load some tensors. */
  private static final Set<String> IN_PART = Set.of("kimi-k2.5", "minimax-m3", "deepseek-v4");

  static Stream<GoldenSetup> setups() throws IOException {
    return GoldenSetup.all(EngineRelease.SGLANG_0_5_23);
  }

  /** Names, dtypes, shapes, bytes and both digests, of all ranks and stages. */
  @ParameterizedTest
  @MethodSource("setups")
  void expectsWhatTheEngineHolds(GoldenSetup setup) throws IOException {
    Checkpoint checkpoint = setup.checkpoint();
    Expectation expectation = Expectation.of(checkpoint, setup.setup());

    List<String> lines = new ArrayList<>();
    Set<String> refused = new HashSet<>();
    try (OpenCheckpoint bytes =
        new OpenCheckpoint(checkpoint.files(), new ShardOpener(new Configuration(false)))) {
      HashedExpectation hashed = new ExpectationHasher(bytes, Digest.BOTH, 2).hash(expectation);
      for (HashedRank rank : hashed.ranks()) {
        rank.refused().forEach(refusal -> refused.add(rank.rank() + "," + refusal.tensor()));
        rank.tensors().forEach(tensor -> lines.add(line(rank.rank(), tensor)));
      }
    }
    List<String> golden = new ArrayList<>(setup.lines("tensors.csv"));
    golden.remove(0);
    assertThat(refused.isEmpty())
        .as("refused: " + refused)
        .isEqualTo(!IN_PART.contains(setup.model()));
    assertThat(golden).as("held").map(GoldenSglangTest::held).containsAll(refused);
    golden.removeIf(line -> refused.contains(held(line)));
    assertThat(lines).containsExactlyInAnyOrderElementsOf(golden);
  }

  private static String held(String line) {
    return String.join(",", Arrays.asList(line.split(",", -1)).subList(0, 2));
  }

  private static String line(int rank, HashedRank.HashedTensor hashed) {
    Recipe recipe = hashed.tensor().recipe();
    return String.join(
        ",",
        Integer.toString(rank),
        hashed.tensor().name(),
        torchName(recipe),
        recipe.shape().stream().map(String::valueOf).collect(Collectors.joining("x")),
        Long.toString(recipe.lengthBytes()),
        hashed.digests().checksum().orElseThrow(),
        hashed.digests().sha256().orElseThrow());
  }

  private static String torchName(Recipe recipe) {
    return switch (recipe.dtype()) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      case F32 -> "float32";
      case I64 -> "int64";
      case F8_E4M3 -> "float8_e4m3fn";
      default -> recipe.dtype().name();
    };
  }
}
