package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.RankOfEngine;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class LocalFilesTest {

  private static final String DRIVER = "driver.example";

  @TempDir Path root;

  @Test
  void trustsWhatTheDriversHostHasRead() throws Exception {
    String name = InetAddress.getLocalHost().getHostName();

    assertThat(readOn(DRIVER)).isEmpty();
    assertThat(readOn(DRIVER, "127.0.0.1", "localhost", name)).isEmpty();
  }

  @Test
  void checksNothingThatAnotherHostHasRead() {
    assertThat(readOn("host-b.invalid"))
        .containsEntry(
            new RankOfEngine("a", 1),
            "local files were listed on driver.example and read on host-b.invalid, which may have"
                + " other files at these paths; set 'shared: true' (--shared) if all hosts see the"
                + " same files");
    assertThat(readOn(DRIVER, "host-b.invalid").values())
        .singleElement()
        .asString()
        .contains("read on driver.example and host-b.invalid");
  }

  @Test
  void trustsFilesOfWhichTheDescriptionSaysThatAllHostsSeeThem() {
    SmallFleet fleet =
        SmallFleet.of(root, 1, 1)
            .engine("a", List.of("shared: true"))
            .engine("b", List.of("shared: false"))
            .engine("c");

    assertThat(LocalFiles.ofOneHost(fleet.inventory())).containsExactlyInAnyOrder("b", "c");
    assertThat(
            LocalFiles.readElsewhere(
                Map.of(new RankOfEngine("a", 0), List.of("host-b.invalid")),
                Set.of("b", "c"),
                DRIVER))
        .isEmpty();
  }

  @Test
  void asksTheTableOnlyForLocalFiles(SparkSession session) {
    Dataset<Row> tensors =
        session.createDataFrame(
            List.of(
                RowFactory.create("a", 0, "file:/w/x", "h2,h1"),
                RowFactory.create("a", 0, "file:/w/y", "h2"),
                RowFactory.create("a", 1, "s3a://w/x", "h1"),
                RowFactory.create("b", 0, "file:/w/x", null)),
            StructType.fromDDL("engine STRING, rank INT, file STRING, host STRING"));

    assertThat(LocalFiles.hosts(tensors))
        .containsExactly(Map.entry(new RankOfEngine("a", 0), List.of("h1", "h2")));
  }

  private static Map<RankOfEngine, String> readOn(String... hosts) {
    return LocalFiles.readElsewhere(
        Map.of(new RankOfEngine("a", 1), List.of(hosts)), Set.of("a"), DRIVER);
  }
}
