package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file of an earlier scan is cut off: today's damage is found all the same. */
@ExtendWith(LocalSpark.class)
class BrokenPastTest {

  private static final String DOWN = "model.layers.0.mlp.down_proj.weight";

  @TempDir Path root;

  @ParameterizedTest
  @EnumSource(names = {"SCANS", "RANKS"})
  void leavesOutAnEarlierScanAndNamesTheFile(ScanTable table, SparkSession spark)
      throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    List.of("a", "b", "c").forEach(fleet::engine);
    Path out = root.resolve("tables");
    Landed.of(spark, fleet.inventory(), out, "old", Landed.STARTED_AT);
    Path cut = cutOff(out.resolve(table.tableName()));
    SmallFleet.flipBit(fleet.shard("c", 0, 0), DOWN);

    Landed today =
        Landed.of(
            spark, fleet.inventory(), out, "today", Landed.STARTED_AT.plus(Duration.ofDays(1)));

    assertThat(today.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(today.summary().findings())
        .extracting(Finding::kind)
        .containsExactly("DAMAGED", "EARLIER_SCAN_UNREADABLE");
    Finding note = today.summary().findings().get(1);
    assertThat(note.isInformational()).isTrue();
    assertThat(note.detail())
        .startsWith("earlier scan old is left out: Cannot read file:")
        .contains(cut.getFileName().toString());
    assertThat(
            spark
                .read()
                .parquet(out.resolve("findings/scan_date=2026-11-24/scan_id=today").toString())
                .select("kind")
                .collectAsList())
        .extracting(row -> row.getString(0))
        .contains("EARLIER_SCAN_UNREADABLE");
  }

  private static Path cutOff(Path table) throws IOException {
    Path cut;
    try (Stream<Path> files = Files.walk(table)) {
      cut = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(cut);
    Files.deleteIfExists(cut.resolveSibling("." + cut.getFileName() + ".crc"));
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    return cut;
  }
}
