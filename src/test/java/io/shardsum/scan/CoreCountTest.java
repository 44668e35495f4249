package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.ScanTable;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Scans the golden engines with several numbers of cores and sizes of splits. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoreCountTest {

  private static final String FLEET =
      """
      fleet: golden
      engines:
      - name: tp2-draft
        shards: engines/tp2-draft
        parallelism: { tp: 2 }
        digest: both
        draft: { shards: engines/tp2-draft/draft }
      - { name: tp12, shards: engines/tp12, parallelism: { tp: 12 } }
      - { name: real, shards: real, layout: checkpoint }
      - { name: real-sha256, shards: real, layout: checkpoint, digest: both }
      """;

  private static final List<String> TENSOR_COLUMNS =
      List.of(
          "engine",
          "rank",
          "role",
          "tensor",
          "key",
          "dtype",
          "shape",
          "bytes",
          "file",
          "file_offset_bytes",
          "file_modified_at",
          "status",
          "reason",
          "checksum",
          "sha256",
          "chunk_sums");

  /** A way to run Spark; in a process of its own, since a process has one number of cores. */
  private record Setting(int cores, String splitBytes) {

    static final List<Setting> ALL =
        List.of(
            new Setting(1, "1m"),
            new Setting(1, "128m"),
            new Setting(2, "1m"),
            new Setting(2, "128m"),
            new Setting(7, "1m"),
            new Setting(7, "128m"));

    Path out(Path root) {
      return root.resolve("cores-" + cores + "-split-" + splitBytes);
    }
  }

  private Path root;
  private SparkSession spark;

  @BeforeAll
  void scan(SparkSession session, @TempDir Path directory) throws Exception {
    spark = session;
    root = directory;
    JavaProcess process =
        JavaProcess.run(root, List.of("-Xmx1g"), CoreCountTest.class, root.toString());
    assertThat(process.exitCode()).as(process.output()).isZero();
  }

  /** Scans with each setting; called in the other process. */
  public static void main(String[] arguments) {
    for (Setting setting : Setting.ALL) {
      SparkSession session =
          SparkSession.builder()
              .master("local[" + setting.cores() + "]")
              .config("spark.sql.files.maxPartitionBytes", setting.splitBytes())
              .getOrCreate();
      Landed.of(
          session,
          Landed.inventory(FLEET, Path.of("src/test/resources/golden")),
          setting.out(Path.of(arguments[0])));
      session.stop();
    }
  }

  @Test
  void doNotChangeWhatLands() {
    Setting first = Setting.ALL.get(0);
    List<Row> tensors = rows(first, ScanTable.TENSORS);
    assertThat(tensors).hasSize(230);
    for (Setting setting : Setting.ALL) {
      assertThat(rows(setting, ScanTable.TENSORS))
          .as("tensors with %s", setting)
          .containsExactlyInAnyOrderElementsOf(tensors);
      for (ScanTable table : List.of(ScanTable.RANKS, ScanTable.ENGINES, ScanTable.FINDINGS)) {
        assertThat(rows(setting, table))
            .as("%s with %s", table, setting)
            .containsExactlyInAnyOrderElementsOf(rows(first, table));
      }
    }
  }

  @Test
  void doNotChangeHowManyFilesLand() {
    for (Setting setting : Setting.ALL) {
      assertThat(Landed.parquetFiles(setting.out(root).resolve("tensors")))
          .as("files of tensors with %s", setting)
          .hasSizeBetween(1, 2);
    }
  }

  private List<Row> rows(Setting setting, ScanTable table) {
    List<Row> rows = Landed.rows(spark, setting.out(root), table, "true");
    if (table != ScanTable.TENSORS) {
      return rows;
    }
    return spark
        .createDataFrame(rows, rows.get(0).schema())
        .selectExpr(TENSOR_COLUMNS.toArray(String[]::new))
        .collectAsList();
  }
}
