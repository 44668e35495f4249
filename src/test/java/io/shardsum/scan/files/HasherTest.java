package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.scan.FleetScan;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The tables of a scan whose chunks a GPU sums are those of a scan on CPUs. */
@ExtendWith(LocalSpark.class)
class HasherTest {

  private static final String GOLDEN =
      """
      fleet: golden
      engines:
      - { name: sums, shards: engines/tp2-draft, parallelism: { tp: 2 }, draft: { shards: engines/tp2-draft/draft } }
      - { name: both, shards: engines/tp2-draft, parallelism: { tp: 2 }, digest: both, file-digest: sha256 }
      - { name: sha256, shards: engines/tp2-draft, parallelism: { tp: 2 }, digest: sha256 }
      - { name: tp12, shards: engines/tp12, parallelism: { tp: 12 } }
      - { name: fp8, shards: engines/tp2-fp8, parallelism: { tp: 2 } }
      - { name: real, shards: real, layout: checkpoint }
      """;

  @Test
  void theTablesOfEnginesAreTheSame(SparkSession spark, @TempDir Path out) {
    assertSameTables(spark, GOLDEN, Path.of("src/test/resources/golden"), out);
  }

  @Test
  void theTablesOfFaultyAndSkippedTensorsAreTheSame(SparkSession spark, @TempDir Path out)
      throws Exception {
    SmallFleet fleet =
        SmallFleet.withDraft(out.resolve("fleet"), 2, 2)
            .engine("whole")
            .engine("skipping", List.of("skip: [mlp.flags]"))
            .engine("cut");
    Path cut = fleet.shard("cut", 1, 0);
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, List.of());
    Files.write(fleet.shard("cut", 0, 1), Arrays.copyOf(bytes, bytes.length - 1));

    assertSameTables(spark, fleet.yaml(), out.resolve("fleet"), out);
  }

  private static void assertSameTables(SparkSession spark, String yaml, Path base, Path out) {
    Landed onCpu = scan(spark, yaml, base, out.resolve("cpu"), Hasher.CPU);
    Landed onGpu = scan(spark, yaml, base, out.resolve("gpu"), Hasher.GPU);

    assertThat(onCpu.rows(ScanTable.TENSORS)).isNotEmpty();
    for (ScanTable table : ScanTable.values()) {
      if (table != ScanTable.SCANS) {
        assertThat(onGpu.rows(table))
            .as("%s", table)
            .containsExactlyInAnyOrderElementsOf(onCpu.rows(table));
      }
    }
    assertThat(onGpu.rows(ScanTable.TENSORS).get(0).schema())
        .isEqualTo(onCpu.rows(ScanTable.TENSORS).get(0).schema());
  }

  private static Landed scan(SparkSession spark, String yaml, Path base, Path out, Hasher hasher) {
    ScanRequest request =
        new ScanRequest(
            Landed.inventory(yaml, base), out.toString(), new ScanId("test"), Landed.STARTED_AT);
    return new Landed(spark, out, new FleetScan(spark, request, ScanProgress.NONE, hasher).run());
  }
}
