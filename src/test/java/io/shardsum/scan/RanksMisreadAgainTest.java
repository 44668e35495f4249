package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankStatus;
import io.shardsum.verdict.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ranks that are misread each time that they are read as a whole, or are too large for that. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RanksMisreadAgainTest {

  private SmallFleet fleet;
  private Landed scan;
  private SparkSession spark;
  private Inventory inventory;

  @BeforeAll
  void scan(SparkSession some, @TempDir Path root) {
    spark = some;
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    model("again", 1000, 1, 0, 1, 0, 1);
    model("large", 2 << 20, 1);
    SparkSession session = spark.newSession();
    session.conf().set(RereadLimits.FILE_BYTES, "1m");
    String yaml = fleet.yaml().replace("\"" + root, "\"misread:" + root);
    inventory =
        Inventory.of(
            FleetDescription.parse(yaml, "fleet.yaml", root.toString()),
            new Configuration(spark.sparkContext().hadoopConfiguration()));
    scan = Landed.of(session, inventory, root.resolve("tables"));
  }

  private void model(String model, long bytes, Integer... masksOfB) {
    for (String engine : List.of(model + "-a", model + "-b", model + "-c")) {
      fleet.engine(engine, List.of("model: " + model));
      SmallFleet.write(
          fleet.shard(engine, 0, 0),
          SmallFleet.filled(0, new TensorSpec("t", DType.U8, List.of(bytes))));
    }
    Path shard = fleet.shard(model + "-b", 0, 0);
    MisreadingFileSystem.misread(shard, TensorBytes.of(shard, "t").fileOffsetBytes(), masksOfB);
  }

  @Test
  void haveNoChecksumAndAReason() {
    assertHasNone("again-b", "readings of its files differ: scan it again");
    assertHasNone(
        "large-b",
        "readings of its files differ, and a scan reads at most 1048576 bytes of such files a second"
            + " time (spark.shardsum.reread.file.bytes)");
  }

  /** A baseline is no file that could be read beside it. */
  @Test
  void areNotBlamedWhereOnlyAnEarlierScanTellsWhatIsRight() {
    Path shard = fleet.shard("large-a", 0, 0);
    MisreadingFileSystem.misread(shard, TensorBytes.of(shard, "t").fileOffsetBytes(), 1);
    ScanRequest request =
        new ScanRequest(inventory, scan.out().toString(), new ScanId("now"), Landed.STARTED_AT)
            .comparedWith(Optional.of(Baseline.parse("test")));

    ScanSummary now = new FleetScan(spark, request, ScanProgress.NONE).run();

    assertThat(now.findings())
        .filteredOn(finding -> finding.severity() != Severity.INFO)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.engine()).contains("large-a");
            });
    assertThat(now.files().ranks()).extracting(RankResult::checksum).allMatch(Optional::isPresent);
  }

  private void assertHasNone(String engine, String reason) {
    RankResult rank = scan.rank(engine, 0);
    assertThat(rank.status()).isEqualTo(RankStatus.UNREADABLE);
    assertThat(rank.checksum()).isEmpty();
    assertThat(rank.reason()).contains(reason);
    assertThat(scan.engine(engine).checksum()).isEmpty();
    String ofEngine = "engine = '" + engine + "'";
    for (ScanTable table : List.of(ScanTable.RANKS, ScanTable.ENGINES)) {
      assertThat(scan.rows(table, ofEngine))
          .singleElement()
          .satisfies(row -> assertThat(row.<String>getAs("checksum")).isNull());
    }
    assertThat(scan.rows(ScanTable.TENSORS, ofEngine)).isEmpty();
  }

  @Test
  void blameNobody() {
    assertThat(scan.summary().findings())
        .extracting(finding -> finding.kind() + " " + finding.engine().orElse("-"))
        .containsExactlyInAnyOrder(
            "UNREADABLE again-b",
            "TRANSIENT_READ again-b",
            "TRANSIENT_READ again-b",
            "TRANSIENT_READ again-b",
            "UNREADABLE large-b",
            "TRANSIENT_READ large-b");
    assertThat(scan.summary().findings())
        .filteredOn(finding -> finding.kind().equals("TRANSIENT_READ"))
        .extracting(Finding::detail)
        .allSatisfy(
            detail -> assertThat(detail).endsWith("the rank has no checksum: scan it again"));
  }

  @Test
  void leaveTheOthersAsTheyAre() {
    for (String model : List.of("again", "large")) {
      assertThat(scan.rank(model + "-a", 0).checksum())
          .isPresent()
          .isEqualTo(scan.rank(model + "-c", 0).checksum());
    }
  }
}
