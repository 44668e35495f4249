package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A byte of a header is wrong in one reading: nobody's file is blamed for that. One scan in which
 * each case is a model of its own.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MisreadHeaderTest {

  private SmallFleet fleet;
  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) throws IOException {
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    model("name", 3);
    misread("name-b", "\"t\"", 1, 2);
    model("dtype", 3);
    misread("dtype-b", "\"U8\"", 1, 'U' ^ 'I');
    model("pair", 2);
    misread("pair-a", "\"t\"", 1, 2);
    model("brace", 3);
    misread("brace-b", "{", 0, 1);
    model("renamed", 3);
    SmallFleet.write(
        fleet.shard("renamed-b", 0, 0),
        SmallFleet.filled(0, new TensorSpec("v", DType.U8, List.of(100L))));
    String yaml = fleet.yaml().replace("\"" + root, "\"misread:" + root);
    Inventory inventory =
        Inventory.of(
            FleetDescription.parse(yaml, "fleet.yaml", root.toString()),
            new Configuration(spark.sparkContext().hadoopConfiguration()));
    scan = Landed.of(spark, inventory, root.resolve("tables"));
  }

  private void model(String model, int engines) {
    for (String name : List.of("a", "b", "c").subList(0, engines)) {
      String engine = model + "-" + name;
      fleet.engine(engine, List.of("model: " + model));
      SmallFleet.write(
          fleet.shard(engine, 0, 0),
          SmallFleet.filled(0, new TensorSpec("t", DType.U8, List.of(100L))));
    }
  }

  /** Misreads a byte of a text in the header, once. */
  private void misread(String engine, String text, int at, int mask) throws IOException {
    Path file = fleet.shard(engine, 0, 0);
    String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    MisreadingFileSystem.misread(file, all.indexOf(text) + at, mask);
  }

  private List<Finding> findings(String model) {
    return scan.summary().findings().stream()
        .filter(f -> f.engine().orElse("-").startsWith(model + "-"))
        .toList();
  }

  private List<String> words(String model) {
    return findings(model).stream().map(f -> f.kind() + " " + f.engine().orElse("-")).toList();
  }

  @Test
  void aNameThatDoesNotComeAgainBlamesWhatHasReadIt() {
    assertThat(words("name")).containsExactly("TRANSIENT_READ name-b");
    Finding finding = findings("name").get(0);
    assertThat(finding.rank()).contains(0);
    assertThat(finding.readBy().orElseThrow().executor()).isEqualTo("driver");
    assertThat(finding.detail())
        .contains(fleet.shard("name-b", 0, 0).toString())
        .contains(finding.readBy().orElseThrow().text())
        .endsWith("the rank was read again as a whole, and its checksum is of that reading");
    assertThat(MisreadingFileSystem.readings(fleet.shard("name-b", 0, 0))).isEqualTo(4);
    assertThat(scan.rank("name-b", 0).checksum()).isEqualTo(scan.rank("name-a", 0).checksum());
    assertThat(scan.summary().files().agreements().get("name-b").equal())
        .containsExactly("name-a", "name-c");
  }

  @Test
  void soDoesADtype() {
    assertThat(words("dtype")).containsExactly("TRANSIENT_READ dtype-b");
  }

  @Test
  void theOtherOfTwoCopiesIsComparedWithWhatWasReadAnew() {
    assertThat(words("pair")).containsExactly("TRANSIENT_READ pair-a");
    assertThat(scan.rank("pair-a", 0).checksum()).isEqualTo(scan.rank("pair-b", 0).checksum());
  }

  @Test
  void aHeaderThatDoesNotParseAtFirstIsReadAgainAtOnce() {
    assertThat(words("brace")).isEmpty();
    assertThat(scan.rank("brace-b", 0).checksum()).isEqualTo(scan.rank("brace-a", 0).checksum());
    assertThat(scan.summary().findings())
        .filteredOn(finding -> finding.engine().isEmpty())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.detail())
                  .isEqualTo(
                      "1 header could not be parsed when %s first read it; the second reading could"
                          + " be, and counts",
                      finding.readBy().orElseThrow().text());
            });
  }

  @Test
  void aFileThatHasOtherNamesInEachReadingIsBlamed() {
    assertThat(words("renamed"))
        .containsExactlyInAnyOrder("EXTRA_TENSOR renamed-b", "MISSING_TENSOR renamed-b");
  }

  @Test
  void landsTheSame() {
    assertThat(scan.rows(ScanTable.FINDINGS).stream().map(FindingRow::finding))
        .containsExactlyInAnyOrderElementsOf(scan.summary().findings());
  }
}
