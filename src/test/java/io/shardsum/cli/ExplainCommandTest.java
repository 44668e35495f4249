package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.TensorSpec;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code --explain} says of two scans, and what the first of them says of who agrees with
 * whom. The fleet has four models; all engines but these hold the same:
 *
 * <pre>
 * shared    a, also-a (a link to a's directory), b: a bit of rank 1 is flipped
 * repaired  c, d/1: a bit of rank 1 is flipped, not in the second scan; e
 * trusted   f, g: a bit of rank 1 is flipped; h, which is trusted
 * unread    i, j: a tensor of rank 1 has another shape; k, which is trusted and cannot be read
 * </pre>
 */
@ExtendWith(LocalSpark.class)
class ExplainCommandTest {

  private static final String FLIPPED = "model.layers.0.mlp.down_proj.weight";

  @TempDir static Path root;

  private static CommandRun first;

  @BeforeAll
  static void scans(SparkSession session) throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    fleet.engine("a").engineLinkedTo("also-a", "a").engine("b");
    for (String engine : List.of("c", "d/1", "e")) {
      fleet.engine(engine, List.of("model: repaired"));
    }
    for (String engine : List.of("f", "g")) {
      fleet.engine(engine, List.of("model: trusted"));
    }
    fleet.engine("h", List.of("model: trusted", "trusted: true"));
    for (String engine : List.of("i", "j")) {
      fleet.engine(engine, List.of("model: unread"));
    }
    fleet.engine("k", List.of("model: unread", "trusted: true"));
    for (String engine : List.of("b", "d/1", "g")) {
      SmallFleet.flipBit(fleet.shard(engine, 1, 0), FLIPPED);
    }
    turn(fleet.shard("j", 1, 0));
    for (int rank = 0; rank < 2; rank++) {
      Files.write(fleet.shard("k", rank, 0), new byte[3]);
    }

    first = scan(fleet, "first");
    SmallFleet.flipBit(fleet.shard("d/1", 1, 0), FLIPPED);
    scan(fleet, "second");
  }

  /** The same bytes in another shape. */
  private static void turn(Path file) {
    Map<TensorSpec, byte[]> turned = new LinkedHashMap<>();
    SmallFleet.tensors(SmallFleet.TARGET, 1, 0)
        .forEach(
            (tensor, bytes) ->
                turned.put(
                    tensor.name().equals(FLIPPED)
                        ? new TensorSpec(FLIPPED, tensor.dtype(), List.of(32L, 48L))
                        : tensor,
                    bytes));
    SmallFleet.write(file, turned);
  }

  private static CommandRun scan(SmallFleet fleet, String scanId) {
    CommandRun run =
        CommandRun.fleetScan(
            "--fleet", fleet.description().toString(), "--out", out(), "--scan-id", scanId);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    return run;
  }

  private static String out() {
    return root.resolve("tables").toString();
  }

  private static CommandRun explain(String what, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--explain", what, "--out", out()));
    arguments.addAll(List.of(more));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  @Test
  void explainsThatEnginesThatReadTheSameFilesHaveOneVote() {
    assertThat(first.out())
        .containsPattern("(?m)^a .* same files as also-a; none of 1$")
        .containsPattern("(?m)^b .* none of 1$");
    assertThat(explain("a").out())
        .containsPattern("(?m)^0 +COMPLETE +[0-9a-f]{16} +2 of 2$")
        .containsPattern("(?m)^1 +COMPLETE +[0-9a-f]{16} +1 of 2$");
    assertThat(explain("a/1/" + FLIPPED).out())
        .containsPattern("(?m)^also-a +1 +BF16 \\[48, 32\\] [0-9a-f]{16} +1 of 2 +file:");
  }

  @Test
  void nobodyAgreesWithAReferenceThatCannotBeReadNorWithTheSameBytesInAnotherShape() {
    assertThat(first.out())
        .containsPattern("(?m)^i .* not compared with the reference; none of 1$")
        .containsPattern("(?m)^j .* not compared with the reference; none of 1$")
        .containsPattern("REFERENCE: engine k .* but nothing could be compared with it")
        .containsPattern("UNDECIDED: no content has a majority");
    assertThat(explain("i").out())
        .containsPattern("(?m)^0 +COMPLETE +[0-9a-f]{16} +2 of 3$")
        .containsPattern("(?m)^1 +COMPLETE +[0-9a-f]{16} +1 of 3$");
  }

  @Test
  void saysWhoAgreesWithATrustedEngineAndExplainsThatItDecides() {
    CommandRun explained = explain("g/1");

    assertThat(first.out())
        .containsPattern("(?m)^f .* the reference; 1 of 2: h$")
        .containsPattern("(?m)^g .* not the reference; none of 2$")
        .containsPattern("(?m)^h .* the reference; 1 of 2: f$");
    assertThat(explained.out())
        .contains("h: REFERENCE: engine h (trusted) is the declared reference of trusted@1")
        .containsPattern("(?m)^ENGINE +RANK +STATUS +CHECKSUM \\(START\\) +EQUAL +TENSORS$")
        .containsPattern("(?m)^g +1 +COMPLETE +[0-9a-f]{16} +1 of 3 +6$");
  }

  @Test
  void explainsWhatAFinishedScanKnows() {
    CommandRun latest = explain("d/1");
    CommandRun engine = explain("d/1", "--scan-id", "first");
    CommandRun rank = explain("c/1", "--scan-id", "first");
    CommandRun tensor = explain("c/1/" + FLIPPED, "--scan-id", "first");

    assertThat(latest.exitCode()).as(latest.err()).isZero();
    assertThat(latest.out()).contains("scan second of ").contains("No findings");
    assertThat(engine.out())
        .contains("d/1, rank 1, " + FLIPPED + ": DAMAGED")
        .containsPattern("(?m)^0 +COMPLETE +[0-9a-f]{16} +3 of 3$")
        .containsPattern("(?m)^1 +COMPLETE +[0-9a-f]{16} +1 of 3$");
    assertThat(rank.out())
        .containsPattern("(?m)^c +1 +COMPLETE +[0-9a-f]{16} +2 of 3 +6$")
        .contains("1 differing tensor")
        .contains(FLIPPED + ": 2 contents in 3 copies");
    assertThat(tensor.out())
        .containsPattern("(?m)^c +1 +BF16 \\[48, 32\\] [0-9a-f]{16} +2 of 3 +file:")
        .containsPattern("(?m)^d/1 +1 +BF16 \\[48, 32\\] [0-9a-f]{16} +1 of 3 +file:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x                     | --explain: no such engine in scan second: x; it has: a
          a/2                   | --explain: no such rank of engine a: 2; it has 0 to 1
          a/0/nothing           | --explain: no copy of rank 0 has a tensor nothing
          a --scan-id none      | No finished scan none in
          a --digest both       | --explain takes no other option but --out and --scan-id
          """)
  void exitsWith2WhereThereIsNothingToExplain(String arguments, String message) {
    String[] all = arguments.split(" ", -1);

    CommandRun run = explain(all[0], Arrays.copyOfRange(all, 1, all.length));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).hasLineCount(1);
  }
}
