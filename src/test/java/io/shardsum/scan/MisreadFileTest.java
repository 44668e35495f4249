package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with a manifest, of which a file system gives wrong bytes once, or more often. One scan, of
 * an engine for each case.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MisreadFileTest {

  private static final String PART_0 = "model-rank-0-part-0.safetensors";

  private SmallFleet fleet;
  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) throws IOException {
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    for (String engine : List.of("equal", "once", "twice", "other", "broken")) {
      fleet.engine(engine, List.of("model: acme/" + engine, "manifest: auto"));
      Path file = fleet.shard(engine, 0, 0);
      if (engine.equals("broken")) {
        Files.writeString(file, "no weights, and published so");
      }
      Files.writeString(
          fleet.directory(engine).resolve("SHA256SUMS"),
          DigestUtils.sha256Hex(Files.readAllBytes(file)) + "  " + PART_0);
    }
    misread("equal", 0);
    misread("once", 1);
    misread("twice", 1, 2);
    misread("other", 0);
    SmallFleet.flipBit(fleet.shard("other", 0, 0), "model.layers.0.mlp.down_proj.weight");
    String yaml = fleet.yaml().replace("\"" + root, "\"misread:" + root);
    Configuration conf = new Configuration(spark.sparkContext().hadoopConfiguration());
    Inventory inventory =
        Inventory.of(FleetDescription.parse(yaml, "fleet.yaml", root.toString()), conf);
    scan = Landed.of(spark, inventory, root.resolve("tables"));
  }

  private void misread(String engine, Integer... masks) throws IOException {
    Path file = fleet.shard(engine, 0, 0);
    MisreadingFileSystem.misread(file, Files.size(file) - 1, masks);
  }

  private List<Finding> findings(String engine) {
    return scan.summary().findings().stream()
        .filter(f -> f.engine().equals(Optional.of(engine)))
        .filter(f -> !f.kind().equals("UNVERIFIED") && !f.kind().equals("MANIFEST"))
        .toList();
  }

  private int readings(String engine) {
    return MisreadingFileSystem.readings(fleet.shard(engine, 0, 0));
  }

  @Test
  void aFileAsPublishedIsReadOnce() {
    assertThat(findings("equal")).isEmpty();
    assertThat(readings("equal")).isEqualTo(1);
  }

  @Test
  void aFileIsNotBlamedForOneReading() {
    assertThat(findings("once"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.rank()).contains(0);
              assertThat(finding.readBy().orElseThrow().executor()).isEqualTo("driver");
              assertThat(finding.tensors()).isNotEmpty();
              assertThat(finding.detail())
                  .startsWith("Two readings of misread:" + fleet.shard("once", 0, 0) + " differ: ")
                  .contains("The second one matches misread:", "so the file is not blamed")
                  .endsWith(
                      "the rank was read again as a whole, and its checksum is of that reading");
            });
    assertThat(readings("once")).isEqualTo(3);
    assertThat(scan.rank("once", 0).checksum()).isEqualTo(scan.rank("equal", 0).checksum());
  }

  @Test
  void aFileIsNotBlamedWhereNoTwoReadingsAgree() {
    assertThat(findings("twice"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.detail()).contains("Neither matches misread:");
            });
  }

  /** All is judged anew when misread ranks were read again; its second reading still counts. */
  @Test
  void aFileIsBlamedForTwo() {
    assertThat(findings("other")).extracting(Finding::kind).containsExactly("FILE_DIFFERS");
    assertThat(readings("other")).isEqualTo(2);
  }

  /** A header that does not parse is one matter, and what was published another. */
  @Test
  void aBrokenFileIsHashedAsAWhole() {
    assertThat(findings("broken")).extracting(Finding::kind).containsExactly("UNREADABLE");
    assertThat(scan.summary().findings())
        .filteredOn(f -> f.kind().equals("MANIFEST") && f.engine().equals(Optional.of("broken")))
        .singleElement()
        .satisfies(
            note ->
                assertThat(note.detail()).startsWith("1 of 1 weight file matches the manifest"));
  }
}
