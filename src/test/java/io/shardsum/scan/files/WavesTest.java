package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.canary.UntrustedScanException;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.sums.FakeDevice;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.ScanRows;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Scans that land in several waves. */
@ExtendWith(LocalSpark.class)
class WavesTest {

  private static SparkSession spark;

  @TempDir private Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @AfterEach
  void theGpuIsRight() {
    FakeDevice.reset();
  }

  @Test
  void landWhatOneWaveLands() {
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), 2, 2).engine("a").engine("b");
    fleet.engine("c", List.of("digest: both"));
    SmallFleet.flipBit(fleet.shard("b", 1, 0), "model.layers.0.mlp.down_proj.weight");
    Landed one = Landed.of(spark, fleet.inventory(), out(), "one", Landed.STARTED_AT);

    Landed several =
        new Landed(spark, out(), scan(inWavesOfABit(), request(fleet, "several"), Hasher.CPU));

    assertThat(several.summary().canaries()).isEqualTo(new CanaryResult(72, 36));
    assertThat(several.summary().readTimes().bytes()).isEqualTo(one.summary().readTimes().bytes());
    for (ScanTable table : ScanTable.values()) {
      assertThat(ScanRows.of(spark, out(), table, "several"))
          .as("rows of %s", table)
          .containsExactlyInAnyOrderElementsOf(ScanRows.of(spark, out(), table, "one"));
    }
    assertThat(out().resolve("tensors/scan_date=2026-11-23/scan_id=several"))
        .as("the table's files, and nothing else")
        .isDirectoryNotContaining("glob:**_*")
        .isDirectoryContaining("glob:**.parquet");
  }

  @Test
  void areAllForgottenWhereACanaryOfOneIsNotFound() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 3, 1).engine("a").engine("b");
    FakeDevice.wrongAt(word -> word >= 262_144);

    assertThatThrownBy(() -> scan(inWavesOfABit(), request(fleet, "test"), Hasher.GPU))
        .isInstanceOf(UntrustedScanException.class)
        .hasMessageStartingWith(
            "Cannot trust scan test, since its self-test failed: canary clean-0.safetensors");
    assertThat(out().resolve("tensors/scan_date=2026-11-23/scan_id=test/_waves")).doesNotExist();
    assertThat(Landed.parquetFiles(out().resolve("scans"))).isEmpty();
  }

  /** Each file is a wave. */
  private static SparkSession inWavesOfABit() {
    SparkSession session = spark.newSession();
    session.conf().set("spark.shardsum.wave.bytes", "1b");
    return session;
  }

  private static ScanSummary scan(SparkSession session, ScanRequest request, Hasher hasher) {
    return new FleetScan(session, request, ScanProgress.NONE, hasher).run();
  }

  private ScanRequest request(SmallFleet fleet, String scanId) {
    return new ScanRequest(
        fleet.inventory(), out().toString(), new ScanId(scanId), Landed.STARTED_AT);
  }

  private Path out() {
    return root.resolve("tables");
  }
}
