package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.fleet.ShardNumbers.Placeholder;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ShardPatternTest {
  private static final String ALLOWED = "allowed: {rank}, {tp_rank}, {pp_rank}, {dp_rank}, {part}";

  @Test
  void readsTheNumbersOfAName() {
    ShardNumbers numbers =
        ShardPattern.parse("{dp_rank}/pp{pp_rank}.tp{tp_rank}-{part}.safetensors")
            .match("3/pp2.tp10-007.safetensors")
            .orElseThrow();

    assertThat(numbers.numberOf(Placeholder.DP_RANK)).isEqualTo(3);
    assertThat(numbers.numberOf(Placeholder.PP_RANK)).isEqualTo(2);
    assertThat(numbers.numberOf(Placeholder.TP_RANK)).isEqualTo(10);
    assertThat(numbers.part()).isEqualTo(7);
  }

  @Test
  void takesLiteralTextLiterally() {
    ShardPattern pattern = ShardPattern.parse("a.b*(c)|\\Q[x]\\E+^$-{rank}.safetensors");

    assertThat(pattern.match("a.b*(c)|\\Q[x]\\E+^$-1.safetensors")).isPresent();
    assertThat(pattern.match("aXb*(c)|\\Q[x]\\E+^$-1.safetensors")).isEmpty();
    assertThat(pattern.match("a.b*(c)|\\Q[x]\\E+^$-1Xsafetensors")).isEmpty();
  }

  @Test
  void takesOnlyDecimalDigitsThatFit() {
    ShardPattern pattern = ShardPattern.parse("r{rank}.safetensors");

    assertThat(pattern.match("r00000000000000000012.safetensors").orElseThrow())
        .isEqualTo(pattern.match("r12.safetensors").orElseThrow());
    assertThat(pattern.match("r2147483647.safetensors")).isPresent();
    assertThat(pattern.match("r2147483648.safetensors")).isEmpty();
    assertThat(pattern.match("r99999999999999999999999.safetensors")).isEmpty();
    assertThat(pattern.match("r-1.safetensors")).isEmpty();
    assertThat(pattern.match("r+1.safetensors")).isEmpty();
    assertThat(pattern.match("r\u0661.safetensors")).isEmpty();
    assertThat(pattern.match("r.safetensors")).isEmpty();
    assertThat(pattern.match("r1.safetensors\n")).isEmpty();
    assertThat(pattern.match("xr1.safetensors")).isEmpty();
  }

  @Test
  void countsPartsFromZeroWhereThePatternHasNone() {
    assertThat(ShardPattern.parse("{rank}.safetensors").match("5.safetensors").orElseThrow().part())
        .isZero();
  }

  @Test
  void refusesAPatternThatDoesNotTellTheRank() {
    refuses("w-{part}.safetensors", "it must hold {rank} or {tp_rank}; " + ALLOWED);
    refuses("w-{pp_rank}.safetensors", "it must hold {rank} or {tp_rank}; " + ALLOWED);
  }

  @Test
  void refusesUnknownPlaceholders() {
    refuses(
        "w-{rank:02d}.safetensors",
        "unknown placeholder {rank:02d}; "
            + ALLOWED
            + " (leading zeros are read without a format)");
    refuses(
        "w-{}.safetensors",
        "unknown placeholder {}; " + ALLOWED + " (leading zeros are read without a format)");
  }

  @Test
  void refusesAPlaceholderTwice() {
    refuses("{rank}-{rank}.safetensors", "{rank} is there twice");
  }

  @Test
  void refusesLonelyBraces() {
    refuses("{rank}}.safetensors", "a brace without its other half; " + ALLOWED);
    refuses("{{rank}.safetensors", "a brace without its other half; " + ALLOWED);
    refuses("{rank.safetensors", "a brace without its other half; " + ALLOWED);
  }

  @Test
  void refusesPlaceholdersThatRunIntoEachOther() {
    String rule = "between two placeholders there must be text that is not digits, such as '-'";
    refuses("{rank}{part}.safetensors", rule);
    refuses("{rank}0{part}.safetensors", rule);
  }

  @Test
  void refusesNamesThatNeverCount() {
    String rule =
        "a file or directory name in it is empty or starts with '.' or '_', which are hidden";
    refuses("{rank}.bin", "it must end in .safetensors");
    refuses("_{rank}.safetensors", rule);
    refuses("../{rank}.safetensors", rule);
    refuses("/{rank}.safetensors", rule);
    refuses("a//{rank}.safetensors", rule);
  }

  @Test
  void ordersWorldRanksByReplicaStageAndTensorRank() {
    ShardPattern pattern = ShardPattern.parse("{dp_rank}-{pp_rank}-{tp_rank}.safetensors");
    Parallelism parallelism = new Parallelism(4, 2, 3);

    assertThat(worldRank(pattern, "0-0-3", parallelism)).hasValue(3);
    assertThat(worldRank(pattern, "0-1-0", parallelism)).hasValue(4);
    assertThat(worldRank(pattern, "2-1-3", parallelism)).hasValue(23);
  }

  @Test
  void readsARankBesideItsStageAsWorldRankOrAsRankOfTheStage() {
    ShardPattern pattern = ShardPattern.parse("pp{pp_rank}-{rank}.safetensors");
    Parallelism parallelism = new Parallelism(2, 2, 1);

    assertThat(worldRank(pattern, "pp0-1", parallelism)).hasValue(1);
    assertThat(worldRank(pattern, "pp1-3", parallelism)).hasValue(3);
    assertThat(worldRank(pattern, "pp1-1", parallelism)).hasValue(3);
    assertThat(worldRank(pattern, "pp0-3", parallelism)).isEmpty();
  }

  private static OptionalInt worldRank(ShardPattern pattern, String name, Parallelism parallelism) {
    return pattern.match(name + ".safetensors").orElseThrow().worldRank(parallelism);
  }

  private static void refuses(String pattern, String rule) {
    assertThatThrownBy(() -> ShardPattern.parse(pattern))
        .isInstanceOf(FleetException.class)
        .hasMessage("pattern '" + pattern + "': " + rule);
  }
}
