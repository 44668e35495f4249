package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.shardsum.testing.FlakyFileSystem;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each test spoils one file of three after they were listed, and reads all of them. */
@ExtendWith(LocalSpark.class)
class UnreadableFilesTest {

  private static SparkSession spark;

  @TempDir private Path directory;

  private final List<ScannedFile> listed = new ArrayList<>();
  private Path spoiled;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session.newSession();
    FlakyFileSystem.register(spark.sparkContext().hadoopConfiguration());
  }

  @BeforeEach
  void writeFiles() throws IOException {
    FlakyFileSystem.heal();
    spoiled = directory.resolve("b.safetensors");
    for (Path file :
        List.of(directory.resolve("a.safetensors"), spoiled, directory.resolve("c.safetensors"))) {
      listed.add(WeightFiles.listed(WeightFiles.write(file, 100, 200)));
    }
  }

  @Test
  void anEmptyFile() throws IOException {
    Files.write(spoiled, new byte[0]);
    listed.set(1, WeightFiles.listed(spoiled));

    assertFailsAndReports(
        "Cannot read %s: not a safetensors file: expected a header, found an empty file", spoiled);
  }

  /** To open it would wait until somebody writes. */
  @Test
  void aPipe() throws Exception {
    Files.delete(spoiled);
    Process mkfifo = new ProcessBuilder("mkfifo", spoiled.toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    listed.set(1, WeightFiles.listed(spoiled));

    assertFailsAndReports("Cannot read %s: expected a file, found a pipe, a socket or a device");
  }

  @Test
  void aBrokenHeader() throws IOException {
    byte[] bytes = Files.readAllBytes(spoiled);
    bytes[8] = '[';
    Files.write(spoiled, bytes);
    listed.set(1, WeightFiles.listed(spoiled));

    assertFailsAndReports(
        "Cannot read %s: header does not start with `{`: expected byte 0x7b, found byte 0x5b",
        spoiled);
  }

  @Test
  void aFileCutShortBeforeItWasListed() throws IOException {
    WeightFiles.setLength(spoiled, Files.size(spoiled) - 1);
    listed.set(1, WeightFiles.listed(spoiled));

    assertFailsAndReports(
        "Cannot read %s: tensor runs past the end of the file: tensor `t1`: expected at least 300"
            + " bytes of data, found 299 bytes",
        spoiled);
  }

  @Test
  void aFileCutShortAfterItWasListed() throws IOException {
    FileTime modified = Files.getLastModifiedTime(spoiled);
    WeightFiles.setLength(spoiled, Files.size(spoiled) - 250);
    Files.setLastModifiedTime(spoiled, modified);

    long length = listed.get(1).lengthBytes();
    Instant instant = Instant.ofEpochMilli(modified.toMillis());
    assertFailsAndReports(
        "Cannot read %%s: changed after it was listed: expected %s bytes of %s, found %s bytes of %s"
            .formatted(length, instant, length - 250, instant));
  }

  @Test
  void aFileWrittenAnewAfterItWasListed() throws IOException {
    Files.setLastModifiedTime(spoiled, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));

    assertFailsAndReports(
        "Cannot read %%s: changed after it was listed: expected %s bytes of %s, found %1$s bytes of"
                .formatted(
                    listed.get(1).lengthBytes(),
                    Instant.ofEpochMilli(listed.get(1).listed().modifiedAtMillis()))
            + " 2026-01-02T03:04:05Z");
  }

  @Test
  void aFileThatIsGone() throws IOException {
    Files.delete(spoiled);

    assertFailsAndReports("Cannot read %s: it was removed after it was listed");
  }

  @Test
  void aFileThatMayNotBeRead() throws IOException {
    Files.setPosixFilePermissions(spoiled, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(spoiled), "whoever runs this test may read every file, as root");

    assertFailsAndReports("Cannot read %s: permission denied");
  }

  @Test
  void aFileThatCannotBeReadAfterAllRetries() throws IOException {
    listed.set(1, WeightFiles.listed(FlakyFileSystem.uri(spoiled), spoiled));

    FlakyFileSystem.failReads(Integer.MAX_VALUE);
    assertFailsAndReports("Cannot read %s: the network is down");
    FlakyFileSystem.heal();
    FlakyFileSystem.failReads(1);
    assertThat(sums(load("fail")))
        .isEqualTo(sums(spark.read().format("safetensors").load(directory.toString())));
  }

  /** Fails, naming the file; or gives one row with the error, and all rows of the other files. */
  private void assertFailsAndReports(String message) {
    assertFailsAndReports(message, listed.get(1).path());
  }

  private void assertFailsAndReports(String message, Object file) {
    String expected = message.formatted(file);
    assertThatThrownBy(() -> load("fail").collectAsList())
        .isInstanceOf(SparkException.class)
        .hasStackTraceContaining("Exception: " + expected);

    List<Row> rows =
        load("report")
            .selectExpr("file", "tensor", "error", "data IS NULL", "_chunk_sum IS NULL")
            .collectAsList();
    assertThat(rows)
        .map(Row::toString)
        .containsExactly(
            "[%s,t0,null,false,false]".formatted(listed.get(0).path()),
            "[%s,t1,null,false,false]".formatted(listed.get(0).path()),
            "[%s,null,%s,true,true]".formatted(listed.get(1).path(), expected),
            "[%s,t0,null,false,false]".formatted(listed.get(2).path()),
            "[%s,t1,null,false,false]".formatted(listed.get(2).path()));
  }

  private Dataset<Row> load(String onError) {
    return spark
        .read()
        .format("safetensors")
        .option("listing", new FileListing(listed).toJson())
        .option("on-error", onError)
        .option("read-retries", 1)
        .load();
  }

  private static List<Long> sums(Dataset<Row> rows) {
    return rows.select("_chunk_sum").collectAsList().stream().map(row -> row.getLong(0)).toList();
  }
}
