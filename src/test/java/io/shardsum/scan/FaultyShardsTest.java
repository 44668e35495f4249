package io.shardsum.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One scan of a fleet in which every engine but two has another fault. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyShardsTest {

  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) throws IOException {
    SmallFleet fleet = SmallFleet.withDraft(root, 2, 2);
    for (String engine :
        List.of(
            "well",
            "also-well",
            "missing",
            "no-draft",
            "no-directory",
            "part-missing",
            "cut",
            "cut-header",
            "broken-header",
            "no-bytes",
            "vanished",
            "grown",
            "rewritten",
            "same-name",
            "role-collision")) {
      fleet.engine(engine);
    }
    Files.delete(fleet.shard("missing", 1, 0));
    Files.delete(fleet.shard("missing", 1, 1));
    Files.delete(fleet.shard("no-draft", SmallFleet.DRAFT, 1, 0));
    Files.move(fleet.directory("no-directory"), root.resolve("moved"));
    Files.delete(fleet.shard("part-missing", 1, 0));
    cut(fleet.shard("cut", 1, 1), 1_000);
    cut(fleet.shard("cut-header", 1, 0), 20);
    byte[] bytes = Files.readAllBytes(fleet.shard("broken-header", 1, 0));
    bytes[8] = '[';
    Files.write(fleet.shard("broken-header", 1, 0), bytes);
    cut(fleet.shard("no-bytes", 1, 0), 0);
    SmallFleet.write(
        fleet.shard("same-name", 1, 1),
        SmallFleet.filled(
            1, new TensorSpec("model.layers.0.mlp.down_proj.weight", DType.U8, List.of(5L))));
    SmallFleet.write(
        fleet.shard("role-collision", 1, 1),
        SmallFleet.filled(
            1, new TensorSpec("draft.model.layers.0.mlp.down_proj.weight", DType.U8, List.of(5L))));

    Inventory inventory = fleet.inventory();

    Files.delete(fleet.shard("vanished", 1, 0));
    Files.write(fleet.shard("grown", 1, 0), "more".getBytes(UTF_8), StandardOpenOption.APPEND);
    Files.setLastModifiedTime(
        fleet.shard("rewritten", SmallFleet.DRAFT, 1, 0), FileTime.fromMillis(1_000));
    scan = Landed.of(spark, inventory, root.resolve("tables"));
  }

  private static void cut(Path file, int length) throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          missing        | MISSING    | no file of rank 1 in
          no-draft       | MISSING    | draft: no file of rank 1 in
          part-missing   | MISSING    | part 0 is missing
          cut            | UNREADABLE | part-1.safetensors
          cut-header     | UNREADABLE | part-0.safetensors
          broken-header  | UNREADABLE | part-0.safetensors
          no-bytes       | UNREADABLE | part-0.safetensors
          vanished       | UNREADABLE | it was removed after it was listed
          grown          | UNREADABLE | changed after it was listed: expected
          rewritten      | UNREADABLE | changed after it was listed: expected
          same-name      | UNREADABLE | model.layers.0.mlp.down_proj.weight is in two files
          role-collision | UNREADABLE | draft.model.layers.0.mlp.down_proj.weight is in two files
          """)
  void saysWhyARankHasNoChecksum(String engine, RankStatus status, String reason) {
    RankResult broken = scan.rank(engine, 1);
    assertThat(broken.status()).isEqualTo(status);
    assertThat(broken.checksum()).isEmpty();
    assertThat(broken.reason().orElseThrow()).contains(reason);

    assertThat(scan.rank(engine, 0)).isEqualTo(of(scan.rank("well", 0), engine));
    assertThat(scan.engine(engine).checksum()).isEmpty();
    assertThat(scan.engine(engine).hashedRanks()).isEqualTo(1);
    assertThat(scan.engine(engine).missingRanks()).isEqualTo(status == RankStatus.MISSING ? 1 : 0);
    assertThat(scan.summary().findings())
        .filteredOn(finding -> finding.engine().equals(Optional.of(engine)))
        .filteredOn(finding -> finding.rank().equals(Optional.of(1)))
        .extracting(Finding::kind, Finding::detail)
        .containsExactly(
            tuple(
                status == RankStatus.MISSING ? "MISSING_RANK" : "UNREADABLE",
                broken.reason().orElseThrow()));
  }

  private static RankResult of(RankResult rank, String engine) {
    return new RankResult(
        rank.source(),
        engine,
        rank.rank(),
        rank.status(),
        rank.checksum(),
        rank.reported(),
        rank.tensors(),
        rank.skipped(),
        rank.bytes(),
        rank.reason(),
        rank.readBytes(),
        rank.hashedAt());
  }

  @Test
  void keepsEveryExpectedRankOfAnEngineWithoutADirectory() {
    assertThat(scan.engine("no-directory").missingRanks()).isEqualTo(2);
    assertThat(scan.engine("no-directory").checksum()).isEmpty();
    assertThat(scan.rank("no-directory", 0).status()).isEqualTo(RankStatus.MISSING);
    assertThat(scan.rank("no-directory", 1).status()).isEqualTo(RankStatus.MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"well", "also-well"})
  void completesEveryEngineThatHasNoFault(String engine) {
    assertThat(scan.engine(engine).isComplete()).isTrue();
    assertThat(scan.engine(engine).checksum()).isEqualTo(scan.engine("well").checksum());
    assertThat(scan.summary().findings())
        .filteredOn(finding -> finding.engine().equals(Optional.of(engine)))
        .isEmpty();
  }

  @Test
  void isIncompleteAndNotDifferent() {
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(scan.rows(ScanTable.SCANS))
        .singleElement()
        .satisfies(row -> assertThat(row.<String>getAs("verdict")).isEqualTo("INCOMPLETE"));
  }

  @Test
  void landsNoChecksumWhereTheStatusIsNotComplete() {
    assertThat(scan.rows(ScanTable.RANKS, "(status = 'COMPLETE') <> (checksum IS NOT NULL)"))
        .isEmpty();
    assertThat(scan.rows(ScanTable.ENGINES, "(status = 'COMPLETE') <> (checksum IS NOT NULL)"))
        .isEmpty();
    assertThat(scan.rows(ScanTable.ENGINES, "status = 'INCOMPLETE'")).hasSize(13);
  }

  @Test
  void landsARowForAFileThatCouldNotBeRead() {
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'vanished' AND status = 'UNREADABLE'"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.<String>getAs("tensor")).isNull();
              assertThat(row.<String>getAs("reason"))
                  .endsWith("it was removed after it was listed");
              assertThat(row.<Integer>getAs("rank")).isEqualTo(1);
            });
  }

  @Test
  void landsAFleetOfWhichNothingIsThere(@TempDir Path root, SparkSession spark) {
    Inventory inventory =
        Landed.inventory(
            """
            fleet: nowhere
            engines:
            - { name: a, shards: nothing/here, parallelism: { tp: 2 } }
            """,
            root);

    Landed nothing = Landed.of(spark, inventory, root.resolve("tables"));

    assertThat(nothing.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(nothing.rows(ScanTable.RANKS, "status = 'MISSING' AND tensors = 0")).hasSize(2);
    assertThat(nothing.rows(ScanTable.SCANS)).hasSize(1);
    assertThat(Map.of("tensors", nothing.summary().tensors(), "bytes", nothing.summary().bytes()))
        .isEqualTo(Map.of("tensors", 0L, "bytes", 0L));
  }
}
