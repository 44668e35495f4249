package io.shardsum.scan.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.fleet.Digest;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.files.Hasher;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.sums.FakeDevice;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.LyingFileSystem;
import io.shardsum.testing.LyingFileSystem.Fault;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scans whose canaries are hashed as they should be, and scans in which something lies. */
@ExtendWith(LocalSpark.class)
class CanariesTest {

  /** More than a task reads: rows of runs, which are merged. */
  private static final long LONG_FILE_BYTES = 129L << 20;

  private static final byte[] CLEAN_SMALL =
      CanaryShard.make(new SplittableRandom(0)).get(0).tensors().get(CanaryShard.SMALL);

  private static SparkSession spark;

  @TempDir private Path root;

  @BeforeEach
  @AfterEach
  void theGpuIsRight() {
    FakeDevice.reset();
  }

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @ParameterizedTest
  @EnumSource(Digest.class)
  void areFoundByTheReaderInWholeAndInCutFiles(Digest digest) throws IOException {
    SmallFleet fleet = fleet(digest);
    long tensors = count(fleet);
    writeLongFile(fleet.shard("a", 1, 0));

    Landed landed = Landed.of(spark, fleet.inventory(), out());

    assertThat(landed.summary().canaries()).isEqualTo(new CanaryResult(8, 4));
    assertThat(landed.summary().readTimes().bytes())
        .as("the header of a cut file is read for each piece")
        .isBetween(fileBytes(fleet), fileBytes(fleet) + 1_000);
    assertNothingIsLeftOfThem(landed);
    assertThat(landed.rows(ScanTable.TENSORS)).hasSize((int) tensors);
  }

  @ParameterizedTest
  @EnumSource(Digest.class)
  void areFoundOnAGpuAsWell(Digest digest) {
    SmallFleet fleet = fleet(digest);

    ScanSummary summary = scanOnGpu(fleet, OptionalInt.of(1));

    assertThat(summary.canaries()).isEqualTo(new CanaryResult(4, 2));
    assertThat(summary.verdict()).isEqualTo(Verdict.EQUAL);
    assertNothingIsLeftOfThem(new Landed(spark, out(), summary));
  }

  @Test
  void arePlantedForEachDigestOfAFleet() {
    SmallFleet fleet =
        SmallFleet.of(root.resolve("fleet"), 1, 1)
            .engine("a", List.of("digest: both"))
            .engine("b", List.of("digest: sglang"));

    Landed landed = Landed.of(spark, fleet.inventory(), out());

    assertThat(landed.summary().canaries()).isEqualTo(new CanaryResult(8, 4));
    Row scan = landed.rows(ScanTable.SCANS).get(0);
    assertThat(scan.<Integer>getAs("canaries")).isEqualTo(8);
    assertThat(scan.<Integer>getAs("canaries_found")).isEqualTo(4);
  }

  @Test
  void areNoneWhereNothingIsHashed() throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a");
    Files.delete(fleet.shard("a", 0, 0));

    Landed landed = Landed.of(spark, fleet.inventory(), out());

    assertThat(landed.summary().canaries()).isEqualTo(new CanaryResult(0, 0));
    assertNothingIsLeftOfThem(landed);
  }

  @Test
  void failTheScanWhereAFlippedBitIsNotSeen() {
    FakeDevice.sees(
        bytes -> bytes.remaining() == CLEAN_SMALL.length ? ByteBuffer.wrap(CLEAN_SMALL) : bytes);

    assertUntrusted(
        "Cannot trust scan test, since its self-test failed: canary flipped-1\\.safetensors \\(bit [0-7] of byte \\d+ of"
            + " canary\\.small flipped\\), tensor canary\\.small: expected [0-9a-f]{16}, found "
            + SglangChecksum.finish(sum(CLEAN_SMALL))
            + " \\(host \\S+, executor driver\\)");
  }

  @Test
  void failTheScanWhereAShardWithoutAFlippedBitIsFound() {
    FakeDevice.wrongAt(word -> word >= 262_144);

    assertUntrusted(
        "Cannot trust scan test, since its self-test failed: canary clean-0\\.safetensors, tensor canary\\.two_chunks:"
            + " expected fe893c6f2c538e05, found [0-9a-f]{16} \\(host \\S+, executor driver\\)");
  }

  @Test
  void failTheScanWhereTheReaderGivesTheBytesOfAnotherFile() {
    LyingFileSystem.register(spark.sparkContext().hadoopConfiguration(), Fault.SERVES_ANOTHER_FILE);
    SmallFleet fleet = fleet(Digest.SHA256);

    assertThatThrownBy(() -> scan(fleet, ScanProgress.NONE))
        .isInstanceOf(UntrustedScanException.class)
        .message()
        .matches(
            "Cannot trust scan test, since its self-test failed: canary flipped-0\\.safetensors \\(bit [0-7] of byte \\d+ of"
                + " canary\\.two_chunks flipped\\), tensor canary\\.two_chunks: expected"
                + " [0-9a-f]{64}, found fef43c926f[0-9a-f]{54} \\(host \\S+, executor driver\\)");
    assertNothingWasRecorded();
  }

  @Test
  void failTheScanWhereTheyAreNotRead() {
    LyingFileSystem.register(spark.sparkContext().hadoopConfiguration(), Fault.SERVES_ANOTHER_FILE);
    SmallFleet fleet = fleet(Digest.SGLANG);
    ScanProgress removal =
        new ScanProgress() {
          @Override
          public void readingBegins(long totalBytes) {
            remove(out().resolve("_canary-test"));
          }
        };

    assertThatThrownBy(() -> scan(fleet, removal))
        .isInstanceOf(UntrustedScanException.class)
        .message()
        .startsWith(
            "Cannot trust scan test, since its self-test failed: canary clean-0.safetensors, tensor canary.")
        .contains("found Cannot read lying:", "_canary-test/clean-0.safetensors")
        .doesNotContain("\n");
    assertNothingWasRecorded();
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL", "READ_ONLY"})
  void endTheScanInOneLineWhereTheyCannotBeWritten(Fault fault) {
    LyingFileSystem.register(spark.sparkContext().hadoopConfiguration(), fault);
    String why = fault == Fault.FULL ? "No space left on device" : "Permission denied";

    assertThatThrownBy(() -> scan(fleet(Digest.SGLANG), ScanProgress.NONE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("Cannot write to " + LyingFileSystem.uri(out()) + ": " + why);
    assertNothingWasRecorded();
  }

  @Test
  void areRemovedWhereTheScanFails() {
    ScanProgress failure =
        new ScanProgress() {
          @Override
          public void readingBegins(long totalBytes) {
            assertThat(out().resolve("_canary-test")).isDirectoryContaining("glob:**.safetensors");
            throw new IllegalStateException("the scan fails");
          }
        };
    ScanRequest request = request(fleet(Digest.SGLANG), out().toString());

    assertThatThrownBy(() -> new FleetScan(spark, request, failure).run())
        .hasMessage("the scan fails");
    assertNothingWasRecorded();
  }

  @Test
  void areRemovedWhereTheProcessIsEnded() throws Exception {
    JavaProcess process =
        JavaProcess.run(root, List.of("-Xmx256m"), CanariesTest.class, out().toString());

    assertThat(process.output()).contains("4 canaries are there");
    assertThat(process.exitCode()).isEqualTo(7);
    assertThat(out()).isEmptyDirectory();
  }

  /** Is ended while canaries are there. */
  public static void main(String[] arguments) {
    ScanTables tables =
        new ScanTables(
            new org.apache.hadoop.fs.Path(arguments[0]),
            LocalDate.parse("2026-11-23"),
            new ScanId("test"));
    CanaryFiles canaries = new CanaryFiles(tables, new Configuration());
    System.out.println(canaries.files().size() + " canaries are there");
    System.exit(7);
  }

  private void assertUntrusted(String message) {
    assertThatThrownBy(() -> scanOnGpu(fleet(Digest.SGLANG), OptionalInt.empty()))
        .isInstanceOf(UntrustedScanException.class)
        .message()
        .matches(message);
    assertNothingWasRecorded();
  }

  private void assertNothingWasRecorded() {
    assertThat(Landed.parquetFiles(out().resolve("scans"))).isEmpty();
    assertThat(out().resolve("_canary-test")).doesNotExist();
  }

  private static void assertNothingIsLeftOfThem(Landed landed) {
    assertThat(landed.out())
        .isDirectoryNotContaining(path -> path.getFileName().toString().contains("canary"));
    for (ScanTable table : ScanTable.values()) {
      assertThat(landed.rows(table))
          .as("rows of %s", table)
          .noneMatch(row -> row.toString().contains("canary"));
    }
    assertThat(landed.rows(ScanTable.TENSORS, "engine IS NULL")).isEmpty();
    assertThat(landed.summary().files().coverage().parts())
        .allSatisfy(part -> assertThat(part.bytes()).isLessThanOrEqualTo(bytes(landed)));
    assertThat(landed.rows(ScanTable.SCANS).get(0).<Long>getAs("bytes")).isEqualTo(bytes(landed));
  }

  private static long bytes(Landed landed) {
    return landed.rows(ScanTable.TENSORS, "status = 'HASHED'").stream()
        .mapToLong(row -> row.<Long>getAs("bytes"))
        .sum();
  }

  private static long fileBytes(SmallFleet fleet) {
    return PlannedFile.bytes(PlannedFile.of(fleet.inventory()));
  }

  private SmallFleet fleet(Digest digest) {
    List<String> settings = List.of("digest: " + digest.word());
    return SmallFleet.of(root.resolve("fleet"), 2, 1).engine("a", settings).engine("b", settings);
  }

  /** How many tensors a fleet has once its first engine's second rank is one tensor. */
  private static long count(SmallFleet fleet) {
    return 3L * SmallFleet.tensors(SmallFleet.TARGET, 0, 0).size() + fleet.engines().size() - 1;
  }

  private static void writeLongFile(Path path) throws IOException {
    TensorSpec tensor = new TensorSpec("long.weight", DType.U8, List.of(LONG_FILE_BYTES));
    byte[] header = SafetensorsWriter.encodeHeader(List.of(tensor), Map.of());
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(0);
      file.write(header);
      file.setLength(header.length + LONG_FILE_BYTES);
    }
  }

  private static long sum(byte[] tensor) {
    return new SglangChecksum().sum(ByteBuffer.wrap(tensor), 0, tensor.length);
  }

  private ScanSummary scanOnGpu(SmallFleet fleet, OptionalInt oneIn) {
    return new FleetScan(
            spark, request(fleet, out().toString()).verifying(oneIn), ScanProgress.NONE, Hasher.GPU)
        .run();
  }

  private void scan(SmallFleet fleet, ScanProgress progress) {
    new FleetScan(spark, request(fleet, LyingFileSystem.uri(out())), progress).run();
  }

  private static ScanRequest request(SmallFleet fleet, String out) {
    return new ScanRequest(fleet.inventory(), out, new ScanId("test"), Landed.STARTED_AT);
  }

  private Path out() {
    return root.resolve("tables");
  }

  private static void remove(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
