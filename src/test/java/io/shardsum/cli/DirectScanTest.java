package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.PageCache;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scans that leave page cache and disk to what serves. */
@ExtendWith(LocalSpark.class)
class DirectScanTest {
  private static final int MIB = 1 << 20;
  private static final TensorSpec[] TENSORS = {
    new TensorSpec("long", DType.U8, List.of(5L * MIB + 1)),
    new TensorSpec("empty", DType.U8, List.of(0L)),
    new TensorSpec("odd", DType.U8, List.of(4097L)),
    new TensorSpec("other", DType.U8, List.of(2L * MIB)),
  };

  @TempDir(factory = PageCache.OnDisk.class)
  Path disk;

  @TempDir(factory = PageCache.InMemory.class)
  Path memory;

  private static SmallFleet fleet(Path directory) {
    SmallFleet fleet = SmallFleet.of(directory, 2, 1);
    for (String engine : List.of("a", "b", "c")) {
      fleet.engine(engine);
      SmallFleet.write(fleet.shard(engine, 1, 0), SmallFleet.filled(0, TENSORS));
    }
    return fleet;
  }

  private static List<Path> files(SmallFleet fleet) {
    List<Path> files = new ArrayList<>();
    for (String engine : fleet.engines()) {
      files.add(fleet.shard(engine, 0, 0));
      files.add(fleet.shard(engine, 1, 0));
    }
    return files;
  }

  private static long cachedBytes(SmallFleet fleet) throws IOException {
    long bytes = 0;
    for (Path file : files(fleet)) {
      bytes += PageCache.bytes(file);
    }
    return bytes;
  }

  private CommandRun scan(SmallFleet fleet, String id, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--fleet", fleet.description().toString()));
    arguments.addAll(List.of("--out", disk.resolve("tables").toString(), "--scan-id", id));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  private List<Row> tensors(SparkSession spark, String scan) {
    return Landed.rows(
        spark, disk.resolve("tables"), ScanTable.TENSORS, "scan_id = '%s'".formatted(scan));
  }

  private static List<String> digests(List<Row> tensors) {
    return tensors.stream()
        .map(
            row ->
                "%s %s %s %s"
                    .formatted(
                        row.getAs("file"),
                        row.getAs("tensor"),
                        row.getAs("status"),
                        row.getAs("checksum")))
        .sorted()
        .toList();
  }

  @Test
  void readsTheSameAndLeavesNoPagesInTheCache(SparkSession spark) throws IOException {
    PageCache.assumeDirectReads(disk);
    SmallFleet fleet = fleet(disk.resolve("fleet"));
    TensorBytes.of(fleet.shard("b", 1, 0), "long").change(all -> all[5 * MIB] ^= 1);
    CommandRun cached = scan(fleet, "cached");
    for (Path file : files(fleet)) {
      PageCache.drop(file);
    }
    assumeThat(cachedBytes(fleet)).isZero();

    CommandRun direct = scan(fleet, "direct", "--direct");

    assertThat(cachedBytes(fleet)).isZero();
    assertThat(direct.exitCode()).as(direct.err()).isEqualTo(3).isEqualTo(cached.exitCode());
    assertThat(direct.out())
        .contains("one bit flipped: byte 5242880 of the tensor")
        .doesNotContain("READ_THROUGH_CACHE");
    assertThat(direct.err()).isEmpty();
    List<Row> read = tensors(spark, "direct");
    assertThat(digests(read)).isEqualTo(digests(tensors(spark, "cached")));
    assertThat(read)
        .filteredOn(row -> row.getAs("status").equals("HASHED"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.<String>getAs("read_through")).isEqualTo("DIRECT"));
    assertThat(read)
        .filteredOn(row -> row.getAs("status").equals("SKIPPED"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.<String>getAs("read_through")).isNull());
    assertThat(tensors(spark, "cached"))
        .extracting(row -> row.<String>getAs("read_through"))
        .contains("CACHE")
        .doesNotContain("DIRECT", "STORE");
  }

  @Test
  void saysWhatItReadsThroughTheCacheAllTheSame(SparkSession spark) throws IOException {
    PageCache.assumeDirectReads(disk);
    PageCache.assumeInMemory(memory);
    SmallFleet fleet = fleet(memory);

    CommandRun run = scan(fleet, "memory", "--direct", "--max-rate", "9GB/s");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err())
        .startsWith("fleet-scan: --direct: ")
        .contains(" reads file:" + memory)
        .contains(" through the page cache, as the file system there has no direct I/O; ")
        .hasLineCount(1);
    assertThat(run.out())
        .contains("Notes")
        .contains("READ_THROUGH_CACHE")
        .contains("6 files of a, b, c on ")
        .contains("through the page cache, which may hold other bytes than the disk")
        .contains(
            "EQUAL: all that was found was checked, and all copies are equal; see the notes.");
    assertThat(tensors(spark, "memory"))
        .filteredOn(row -> row.getAs("status").equals("HASHED"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.<String>getAs("read_through")).isEqualTo("CACHE"));
    Row scan = Landed.rows(spark, disk.resolve("tables"), ScanTable.SCANS, "true").get(0);
    assertThat(scan.<String>getAs("settings"))
        .contains("\"max-rate\":\"9GB/s\"")
        .contains("\"direct\":\"true\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0GB/s", "-1MB/s", "fast"})
  void refusesARateThatIsNone(String rate) {
    CommandRun run = scan(fleet(disk.resolve("fleet")), "none", "--max-rate=" + rate);

    assertThat(run)
        .isEqualTo(
            new CommandRun(
                2,
                "",
                "fleet-scan: --max-rate: expected bytes a second as in 500MB/s or 1.5GB/s, more than"
                    + " 0, found "
                    + rate
                    + System.lineSeparator()));
    assertThat(disk.resolve("tables")).doesNotExist();
  }
}
