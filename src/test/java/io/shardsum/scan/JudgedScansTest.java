package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TableViews;
import io.shardsum.tables.TablesSession;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Faults in real files, through the tables, to findings. */
@ExtendWith(LocalSpark.class)
class JudgedScansTest {

  private static final String DOWN = "model.layers.0.mlp.down_proj.weight";
  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void findsManyFaultsOfOneFleetAndCountsTheSameAsTheViews() throws IOException {
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), 4, 1);
    List.of("a", "b", "c", "d", "e", "f").forEach(fleet::engine);
    SmallFleet.flipBit(fleet.shard("a", 0, 0), DOWN);
    exchange(fleet.shard("b", 1, 0), fleet.shard("b", 2, 0));
    exchange(fleet.shard("b", SmallFleet.DRAFT, 1, 0), fleet.shard("b", SmallFleet.DRAFT, 2, 0));
    Files.delete(fleet.shard("c", 3, 0));
    rewriteAs(fleet.shard("d", 1, 0), 1, "mlp.down_proj.weight", DType.F16, 48, 32);
    rewriteAs(fleet.shard("e", 2, 0), 2, "mlp.down_proj.weight", DType.BF16, 32, 48);
    exchange(fleet.shard("f", SmallFleet.DRAFT, 0, 0), fleet.shard("f", SmallFleet.DRAFT, 3, 0));

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(words(scan))
        .containsExactly(
            "DAMAGED a 0 " + DOWN,
            "SWAPPED_RANKS b - ranks 1, 2",
            "MISSING_RANK c 3 -",
            "DTYPE_OR_SHAPE d 1 " + DOWN,
            "DTYPE_OR_SHAPE e 2 " + DOWN,
            "SWAPPED_RANKS f - ranks 0, 3");
    assertThat(scan.summary().findings())
        .filteredOn(finding -> finding.damage().isPresent())
        .extracting(f -> f.kind() + ": " + f.damage().orElseThrow().sentence())
        .containsExactly(
            "DAMAGED: one bit flipped: byte 0 of the tensor (664 of the file), element [0, 0]");
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(ofView(scan)).isEqualTo(ofSummary(scan.summary().files().coverage()));
  }

  /**
   * Tensors of another rank, a flipped bit besides, a third copy that is damaged; other weights.
   */
  @Test
  void saysWhereContentBelongsAndWhatIsOtherWeights() {
    SmallFleet sorted = SmallFleet.of(root.resolve("sorted"), 2, 1);
    SmallFleet other = SmallFleet.of(root.resolve("other"), 2, 1);
    for (String engine : List.of("a", "b", "c")) {
      sorted.engine(engine);
      other.engine(engine);
      for (int rank = 0; rank < 2; rank++) {
        SmallFleet.write(sorted.shard(engine, rank, 0), matrices(rank, rank, 12));
        SmallFleet.write(
            other.shard(engine, rank, 0), matrices(engine.equals("c") ? 7 + rank : rank, 0, 0));
      }
    }
    SmallFleet.write(sorted.shard("c", 1, 0), matrices(1, 0, 5));
    SmallFleet.flipBit(sorted.shard("c", 1, 0), "layers.9.w");
    SmallFleet.flipBit(sorted.shard("b", 1, 0), "layers.2.w");

    Landed scan = Landed.of(spark, sorted.inventory(), root.resolve("sorted-tables"));
    assertThat(words(scan))
        .containsExactly(
            "DAMAGED c 1 layers.9.w", "SWAPPED_RANKS c 1 -", "UNDECIDED - 1 layers.2.w");
    assertThat(scan.summary().findings().get(1).detail())
        .isEqualTo(
            "5 of 12 tensors of rank 1 are those of rank 0: layers.0.w, layers.1.w, layers.2.w,"
                + " layers.3.w and layers.4.w");
    assertThat(scan.summary().findings().get(0).detail())
        .startsWith("its bytes differ from the majority (2 of 3 copies agree); one bit flipped");

    scan = Landed.of(spark, other.inventory(), root.resolve("other-tables"));
    assertThat(words(scan)).containsExactly("OTHER_WEIGHTS c - -");
    assertThat(scan.rows(ScanTable.ENGINES))
        .extracting(
            row -> row.getList(row.fieldIndex("agrees_with")), row -> row.getAs("agreement"))
        .containsExactly(
            tuple(List.of("b"), "1 of 2: b"),
            tuple(List.of("a"), "1 of 2: a"),
            tuple(List.of(), "none of 2"));
    assertThat(scan.summary().findings().get(0).detail())
        .startsWith("the engine holds other weights: all 24 tensors of ranks 0 and 1 differ")
        .endsWith("bytes of 10 tensors compared: no pattern in 10");
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(ofView(scan)).isEqualTo(ofSummary(scan.summary().files().coverage()));
  }

  @Test
  void warnsOfWeightsThatAreZeroInAllCopiesWhateverTheDigest() throws IOException {
    for (String digest : List.of("sglang", "sha256")) {
      SmallFleet fleet = SmallFleet.of(root.resolve(digest), 1, 1);
      for (String engine : List.of("a", "b", "c")) {
        fleet.engine(engine, List.of("digest: " + digest));
        SmallFleet.write(fleet.shard(engine, 0, 0), zeros(!engine.equals("c")));
      }

      Landed scan = Landed.of(spark, fleet.inventory(), root.resolve(digest + "-tables"));

      assertThat(words(scan))
          .containsExactly("ALL_ZERO a 0 -", "ALL_ZERO b 0 -", "ALL_ZERO c 0 -", "DAMAGED c 0 w.9");
      assertThat(scan.rows(ScanTable.ENGINES))
          .extracting(row -> row.getAs("agreement"))
          .containsExactlyInAnyOrder("1 of 2, in part: b", "1 of 2, in part: a", "none of 2");
      Finding finding = scan.summary().findings().get(0);
      assertThat(finding.severity()).isEqualTo(Severity.WARNING);
      assertThat(finding.detail())
          .isEqualTo(
              "2 of 5 tensors (99 % of the bytes) are entirely zero in all copies: equal, but no"
                  + " weights: w.2 and w.10");
      assertThat(finding.tensors()).containsExactly("w.2", "w.10");

      for (String engine : List.of("a", "b", "c")) {
        SmallFleet.write(fleet.shard(engine, 0, 0), zeros(false));
      }
      scan = Landed.of(spark, fleet.inventory(), root.resolve(digest + "-equal"));
      assertThat(words(scan)).hasSize(3).allMatch(word -> word.startsWith("ALL_ZERO"));
      assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
      assertThat(ofView(scan)).isEqualTo(ofSummary(scan.summary().files().coverage()));
    }
  }

  /** Two matrices of zeros, and what is zero by nature; one that is zero in some copies. */
  private static Map<TensorSpec, byte[]> zeros(boolean lastIsFilled) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    for (TensorSpec spec :
        List.of(
            new TensorSpec("w.10", DType.BF16, List.of(1024L, 600L)),
            new TensorSpec("w.2", DType.F32, List.of(16L, 16L)),
            new TensorSpec("w.bias", DType.F32, List.of(64L, 2L)),
            new TensorSpec("norm", DType.F32, List.of(256L)))) {
      tensors.put(spec, new byte[(int) spec.lengthBytes()]);
    }
    TensorSpec last = new TensorSpec("w.9", DType.BF16, List.of(16L, 16L));
    tensors.put(last, lastIsFilled ? SmallFleet.bytes(last, 0) : new byte[512]);
    return tensors;
  }

  /** Twelve matrices, the first of them of another rank. */
  private static Map<TensorSpec, byte[]> matrices(int rank, int other, int ofOther) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    for (int layer = 0; layer < 12; layer++) {
      TensorSpec spec = new TensorSpec("layers." + layer + ".w", DType.BF16, List.of(16L, 16L));
      tensors.put(spec, SmallFleet.bytes(spec, layer < ofOther ? other : rank));
    }
    return tensors;
  }

  private static Map<String, List<Long>> ofSummary(Coverage coverage) {
    return coverage.parts().stream()
        .collect(
            Collectors.toMap(
                part -> part.state() + " " + part.skippedBecause().orElse(null),
                part ->
                    List.of(
                        part.engines(),
                        part.ranks(),
                        part.tensors(),
                        part.bytes(),
                        part.expectedBytes())));
  }

  private static Map<String, List<Long>> ofView(Landed scan) {
    SparkSession own = spark.newSession();
    TablesSession.fit(own, 100);
    for (String statement :
        TableViews.statements(scan.out().toString(), TableViews.Dialect.SPARK)) {
      own.sql(statement);
      if (statement.contains("VIEW coverage AS")) {
        break; // those behind it are not looked at here
      }
    }
    return own
        .sql(
            "SELECT state, skipped_because, count(DISTINCT CASE WHEN ranks > 0 THEN engine END) AS engines, sum(ranks) AS ranks,"
                + " sum(tensors) AS tensors, sum(bytes) AS bytes, sum(expected_bytes) FROM coverage"
                + " GROUP BY state, skipped_because")
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(
                row -> row.get(0) + " " + row.get(1),
                row ->
                    List.of(
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6))));
  }

  @Test
  void namesTheEarlierContentThatAnEngineStillHas() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    List.of("a", "b", "c", "d").forEach(fleet::engine);
    Path out = root.resolve("tables");
    Landed.of(spark, fleet.inventory(), out, "first", Landed.STARTED_AT);
    List.of("a", "b").forEach(engine -> update(fleet, engine, 0, 1));
    update(fleet, "d", 1);

    Landed second =
        Landed.of(
            spark, fleet.inventory(), out, "second", Landed.STARTED_AT.plus(Duration.ofDays(9)));

    assertThat(words(second))
        .containsExactly(
            "STALE_REVISION c 1 -", // a, b and d against c
            "UNDECIDED - 0 -"); // a and b against c and d
    assertThat(second.summary().findings().get(0).detail())
        .endsWith(
            "are those of its comparison group in scan first of 2026-11-23; last right in scan first of"
                + " 2026-11-23");
    assertThat(second.summary().files().coverage().ages())
        .extracting(age -> age.engine() + " " + age.age().word())
        .startsWith("a different");
  }

  @Test
  void namesTheOtherRevisionOfTheSameScan() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    List.of("a", "b", "c").forEach(fleet::engine);
    fleet.engine("next", List.of("revision: \"2\""));
    update(fleet, "next", 0, 1);
    update(fleet, "c", 0, 1);

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(words(scan)).containsExactly("STALE_REVISION c - -", "UNVERIFIED next - -");
    Finding stale = scan.summary().findings().get(0);
    assertThat(stale.comparison().expected()).contains("revision 1");
    assertThat(stale.comparison().actual()).contains("revision 2");
    assertThat(stale.detail())
        .isEqualTo(
            "the engine's weights (12 tensors) are those of revision 2, as engine next has them in"
                + " this scan; not known to have been right before");
  }

  @Test
  void givesEnginesThatReadTheSameFilesOneVote() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    fleet.engine("a").engineOn("also-a", "a", List.of()).engine("b");
    SmallFleet.flipBit(fleet.shard("b", 1, 0), DOWN);

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(words(scan)).containsExactly("UNDECIDED - 1 " + DOWN);
    Finding undecided = scan.summary().findings().get(0);
    assertThat(undecided.comparison().votes()).contains("1 : 1");
    assertThat(undecided.detail())
        .contains("in a and also-a (same files, one vote); ")
        .contains(" in b; b against a: one bit flipped: byte 0 of the tensor");
  }

  @Test
  void givesFilesThatAreLinkedOneByOneOneVote() {
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), 2, 2);
    fleet.engine("a").engineOfLinksTo("also-a", "a").engine("b");
    SmallFleet.flipBit(fleet.shard("a", 0, 0), DOWN);
    SmallFleet.flipBit(fleet.shard("a", SmallFleet.DRAFT, 1, 0), DOWN);

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.summary().findings())
        .extracting(Finding::kind, f -> f.comparison().votes().orElse(""))
        .containsExactly(tuple("UNDECIDED", "1 : 1"), tuple("UNDECIDED", "1 : 1"));
    List<String> storages =
        scan.rows(ScanTable.RANKS).stream().map(row -> row.<String>getAs("storages")).toList();
    assertThat(storages).hasSize(6);
    assertThat(Set.copyOf(storages)).hasSize(4);
  }

  @Test
  void countsOnlyTheRanksThatAreTheSameFilesOnce() throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    fleet.engine("a").engineOfLinksTo("b", "a").engine("c");
    Files.delete(fleet.shard("b", 1, 0));
    Files.copy(fleet.shard("a", 1, 0), fleet.shard("b", 1, 0));
    SmallFleet.flipBit(fleet.shard("c", 0, 0), DOWN);
    SmallFleet.flipBit(fleet.shard("c", 1, 0), DOWN);

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.summary().findings())
        .extracting(Finding::kind, f -> f.comparison().votes().orElse(""))
        .containsExactlyInAnyOrder(tuple("UNDECIDED", "1 : 1"), tuple("DAMAGED", "2 : 1"));
  }

  @Test
  void findsNothingInAHundredEqualEngines() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    for (int engine = 0; engine < 100; engine++) {
      fleet.engine("e" + engine);
    }

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.summary().findings()).isEmpty();
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(scan.rows(ScanTable.FINDINGS)).isEmpty();
  }

  @Test
  void letsReplicasOfOneEngineVote() throws IOException {
    Path engine = root.resolve("engine");
    for (int replica = 0; replica < 3; replica++) {
      for (int rank = 0; rank < 2; rank++) {
        SmallFleet.write(
            engine.resolve("dp" + replica + "-" + rank + ".safetensors"),
            SmallFleet.tensors(SmallFleet.TARGET, rank, 0));
      }
    }
    SmallFleet.flipBit(engine.resolve("dp1-1.safetensors"), DOWN);
    String yaml =
        """
        fleet: f
        engines:
        - name: a
          model: m
          shards: %s
          pattern: "dp{dp_rank}-{tp_rank}.safetensors"
          parallelism: { tp: 2, dp: 3 }
        """
            .formatted(engine);

    Landed scan = Landed.of(spark, Landed.inventory(yaml, root), root.resolve("tables"));

    assertThat(words(scan)).containsExactly("DAMAGED a 3 " + DOWN);
    assertThat(scan.summary().findings().get(0).comparison().votes()).contains("2 : 1");
  }

  /** The bytes of another revision, in these ranks. */
  private static void update(SmallFleet fleet, String engine, int... ranks) {
    for (int rank : ranks) {
      SmallFleet.write(
          fleet.shard(engine, rank, 0), SmallFleet.tensors(SmallFleet.TARGET, rank + 100, 0));
    }
  }

  private void exchange(Path one, Path other) throws IOException {
    Path aside = root.resolve("aside");
    Files.move(one, aside);
    Files.move(other, one);
    Files.move(aside, other);
  }

  /** The same bytes under another dtype or shape. */
  private static void rewriteAs(Path file, int rank, String suffix, DType dtype, long... shape) {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    SmallFleet.tensors(SmallFleet.TARGET, rank, 0)
        .forEach(
            (spec, bytes) -> {
              List<Long> dimensions = java.util.Arrays.stream(shape).boxed().toList();
              TensorSpec other = new TensorSpec(spec.name(), dtype, dimensions);
              tensors.put(spec.name().endsWith(suffix) ? other : spec, bytes);
            });
    SmallFleet.write(file, tensors);
  }

  /** Findings as kind, engine, rank, tensor or ranks; also as the table has them. */
  private static List<String> words(Landed scan) {
    List<Row> rows =
        scan.rows(
            ScanTable.FINDINGS, "scan_id = '" + scan.summary().request().scanId().text() + "'");
    assertThat(rows.stream().map(FindingRow::finding).toList())
        .containsExactlyInAnyOrderElementsOf(scan.summary().findings());
    return scan.summary().findings().stream()
        .map(
            f ->
                "%s %s %s %s"
                    .formatted(
                        f.kind(),
                        f.engine().orElse("-"),
                        f.rank().map(String::valueOf).orElse("-"),
                        f.tensor()
                            .map(TensorName::key)
                            .or(() -> f.engine().flatMap(any -> f.location()))
                            .orElse("-")))
        .toList();
  }
}
