package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanStart;
import io.shardsum.tables.BegunScan;
import io.shardsum.tables.ClaimedScanException;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TakeOver;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.ScanRows;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Scans whose driver has died, and that others go on with. */
@ExtendWith(LocalSpark.class)
class ResumedScanTest {

  private static final String ID = "night";
  private static final String PARTITION = "scan_date=2026-11-23/scan_id=" + ID;
  private static final int KILLED = 137;

  private static SparkSession spark;

  @TempDir private Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void readAfterAKillWhatDidNotLandAndLandWhatAnUndisturbedScanLands() throws Exception {
    SmallFleet fleet = largeFleet();
    scan(request(fleet, out("whole")), ScanProgress.NONE);
    Path out = out("killed");

    JavaProcess killed =
        JavaProcess.run(
            root,
            List.of("-Xmx1g"),
            ResumedScanTest.class,
            fleet.description().toString(),
            out.toString());
    assertThat(killed.exitCode()).as(killed.output()).isEqualTo(KILLED);
    assertThat(out.resolve("scans")).isDirectoryNotContaining("glob:**.parquet");
    List<Resumed> said = new ArrayList<>();
    ScanSummary resumed = scan(resuming(request(fleet, out)), heard(said));

    long all = bytes(fleet);
    assertThat(resumed.readTimes().bytes())
        .as("read again, of %s bytes", all)
        .isLessThanOrEqualTo(all / 2 + all / 10);
    assertThat(said).containsExactly(resumed.resumed().orElseThrow());
    assertThat(said.get(0).bytes() + resumed.readTimes().bytes()).isEqualTo(all);
    assertThat(resumed.canaries()).isEqualTo(new CanaryResult(32 * 4, 32 * 2));
    assertSame(out("whole"), out);
  }

  /** Ends at once when half of all waves have landed, while the next ones are being read. */
  public static void main(String[] arguments) {
    Inventory inventory =
        Inventory.of(FleetDescription.load(Path.of(arguments[0])), new Configuration());
    int half = PlannedFile.of(inventory).size() / 2;
    AtomicInteger landed = new AtomicInteger(-1); // it is said first that none is done
    SparkSession session = SparkSession.builder().master("local[2]").getOrCreate();
    session.conf().set("spark.shardsum.wave.bytes", "1b");
    ScanProgress end =
        new ScanProgress() {
          @Override
          public void enginesDone(int done, int all) {
            if (landed.incrementAndGet() == half) {
              Runtime.getRuntime().halt(KILLED);
            }
          }
        };
    new FleetScan(
            session,
            new ScanRequest(inventory, arguments[1], new ScanId(ID), Landed.STARTED_AT),
            end)
        .run();
  }

  @Test
  void useNoWaveThatIsHalfWritten() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(3, fleet);
    Path tensors = out.resolve("tensors").resolve(PARTITION);
    Path landed = listed(tensors.resolve("_waves"), ".json").get(0);
    String first = Files.readString(landed);
    // Its files were moved, and the list of them was being written.
    Files.delete(crcOf(landed));
    Files.writeString(landed, first.substring(0, first.length() / 2));
    // Spark was committing another one, and something is left of a third.
    Files.createDirectories(tensors.resolve("_waves/0badc0de-9/_temporary/0"));
    Files.writeString(tensors.resolve("_waves/0badc0de-9/part-1.parquet"), "PAR1");
    Files.writeString(tensors.resolve("part-2.parquet"), "PAR1");

    ScanSummary resumed = scan(resuming(request(fleet, out)), ScanProgress.NONE);

    assertThat(resumed.resumed().orElseThrow().bytes()).isPositive();
    assertSame(out("whole"), out);
  }

  @Test
  void readNothingWhereAllWavesHaveLanded() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(Integer.MAX_VALUE, fleet);
    Files.createDirectories(out.resolve("ranks").resolve(PARTITION).resolve("_temporary/0"));
    Files.writeString(out.resolve("ranks").resolve(PARTITION).resolve("part-0.parquet"), "PAR1");

    ScanSummary resumed = scan(resuming(request(fleet, out)), ScanProgress.NONE);

    long all = bytes(fleet);
    assertThat(resumed.resumed()).contains(new Resumed(4, 4, all, all));
    assertThat(resumed.readTimes().bytes()).isZero();
    assertSame(out("whole"), out);
  }

  @Test
  void hashARankAnewWhoseFilesAreOthers() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(Integer.MAX_VALUE, fleet);
    Path changed = fleet.shard("b", 1, 0);
    FileTime time = Files.getLastModifiedTime(changed);
    SmallFleet.flipBit(changed, "model.layers.0.mlp.down_proj.weight");
    Files.setLastModifiedTime(changed, FileTime.fromMillis(time.toMillis() + 1000));

    ScanSummary resumed = scan(resuming(request(fleet, out)), ScanProgress.NONE);

    assertThat(resumed.resumed().orElseThrow().ranks()).isEqualTo(3);
    assertThat(resumed.readTimes().bytes())
        .as("of both files of the rank")
        .isEqualTo(Files.size(changed) + Files.size(fleet.shard("b", 1, 1)));
    scan(request(fleet, out("changed")), ScanProgress.NONE);
    assertSame(out("changed"), out);
  }

  @Test
  void keepTheOtherRanksOfAWave() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(Integer.MAX_VALUE, fleet, "30k");
    Files.delete(fleet.shard("a", 0, 1));

    ScanSummary resumed = scan(resuming(request(fleet, out)), ScanProgress.NONE);

    assertThat(resumed.resumed().orElseThrow().ranks()).isEqualTo(3);
    assertThat(resumed.readTimes().bytes()).isEqualTo(Files.size(fleet.shard("a", 0, 0)));
    scan(request(fleet, out("changed")), ScanProgress.NONE);
    assertSame(out("changed"), out);
  }

  @Test
  void canDieAndBeResumedAgain() throws IOException {
    SmallFleet fleet = fleet();
    Path first = crashedAfter(2, fleet);
    Path second = out("second");
    scan(resuming(request(fleet, first)), crashAfter(3, first, second));

    ScanSummary resumed = scan(resuming(request(fleet, second)), ScanProgress.NONE);

    assertThat(resumed.resumed().orElseThrow().bytes()).isPositive();
    assertSame(out("whole"), second);
  }

  @Test
  void areRefusedWhereThereIsNoneOrItIsFinished() {
    SmallFleet fleet = fleet();
    Path out = out("whole");

    assertRefused(
        fleet,
        out,
        "expected a scan of that name under " + out + " that has not ended, found none");
    scan(request(fleet, out), ScanProgress.NONE);
    assertRefused(fleet, out, "expected a scan that has not ended, found one that is finished");
  }

  @Test
  void areRefusedOfAnotherFleetOrHashing() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(2, fleet);
    SmallFleet other = SmallFleet.of(root.resolve("fleet"), 2, 2).engine("a");
    other.engine("b", List.of("digest: sha256"));

    assertRefused(
        other,
        out,
        "expected engine b with sglang of sglang sglang-0.5.20, as when it began, found engine b with sha256 of");
    Path scan = out.resolve("tensors").resolve(PARTITION).resolve("_waves/scan");
    Files.delete(crcOf(scan));
    String text = Files.readString(scan);
    Files.writeString(scan, text.replace("\"small\"", "\"large\""));
    assertRefused(fleet, out, "expected fleet large, as when it began, found fleet small");
    Files.writeString(scan, text.replace("\"release\":\"", "\"release\":\"0."));
    assertRefused(fleet, out, "expected Shardsum 0.");
  }

  @Test
  void areRefusedWhereTheScanRuns() throws IOException {
    SmallFleet fleet = fleet();
    Path out = crashedAfter(2, fleet);

    assertThatThrownBy(
            () -> scan(request(fleet, out).starting(ScanStart.RESUMED), ScanProgress.NONE))
        .isInstanceOf(ClaimedScanException.class)
        .hasMessageStartingWith("Cannot scan as night: a scan of that name is running on host ");
  }

  private void assertRefused(SmallFleet fleet, Path out, String why) {
    assertThatThrownBy(
            () -> {
              BegunScan.find(out.toString(), new ScanId(ID), new Configuration());
              scan(resuming(request(fleet, out)), ScanProgress.NONE);
            })
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Cannot resume scan night: " + why)
        .message()
        .doesNotContain("\n");
  }

  /** Each file is a wave, and nothing is larger than a 32nd of all bytes. */
  private SmallFleet largeFleet() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 2);
    Stream.of("a", "b", "c", "d", "e", "f", "g", "h").forEach(fleet::engine);
    return fleet;
  }

  private SmallFleet fleet() {
    return SmallFleet.of(root.resolve("fleet"), 2, 2).engine("a").engine("b");
  }

  private Path crashedAfter(int waves, SmallFleet fleet) {
    return crashedAfter(waves, fleet, "1b");
  }

  /**
   * What a scan whose driver dies leaves: a copy of its tables, made when so many waves have
   * landed, while the next ones are being written. The scan itself ends undisturbed.
   */
  private Path crashedAfter(int waves, SmallFleet fleet, String waveBytes) {
    Path crashed = out("crashed");
    scan(request(fleet, out("whole")), crashAfter(waves, out("whole"), crashed), waveBytes);
    return crashed;
  }

  private static ScanProgress crashAfter(int waves, Path out, Path crashed) {
    AtomicInteger landed = new AtomicInteger(-1); // it is said first that none is done
    return new ScanProgress() {
      @Override
      public void enginesDone(int done, int all) {
        if (landed.incrementAndGet() == waves) {
          copy(out, crashed);
        }
      }

      @Override
      public void readingEnds() {
        if (landed.get() < waves) {
          copy(out, crashed);
        }
      }
    };
  }

  private static ScanSummary scan(ScanRequest request, ScanProgress progress) {
    return scan(request, progress, "1b");
  }

  private static ScanSummary scan(ScanRequest request, ScanProgress progress, String waveBytes) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.shardsum.wave.bytes", waveBytes);
    return new FleetScan(session, request, progress).run();
  }

  private static ScanProgress heard(List<Resumed> said) {
    return new ScanProgress() {
      @Override
      public void resumes(String scanId, Resumed resumed) {
        said.add(resumed);
      }
    };
  }

  private static ScanRequest request(SmallFleet fleet, Path out) {
    return new ScanRequest(fleet.inventory(), out.toString(), new ScanId(ID), Landed.STARTED_AT);
  }

  /** The process of the dead scan is this one, which lives. */
  private static ScanRequest resuming(ScanRequest request) {
    return request.starting(ScanStart.RESUMED).taking(TakeOver.ALWAYS);
  }

  private static void assertSame(Path expected, Path found) {
    for (ScanTable table : ScanTable.values()) {
      assertThat(ScanRows.of(spark, found, table, ID))
          .as("rows of %s", table)
          .containsExactlyInAnyOrderElementsOf(ScanRows.of(spark, expected, table, ID));
    }
    assertThat(found.resolve("tensors").resolve(PARTITION))
        .as("rows, and nothing else")
        .isDirectoryNotContaining("glob:**/_*");
    assertThat(found).isDirectoryNotContaining("glob:**/_*");
  }

  private static long bytes(SmallFleet fleet) {
    return PlannedFile.bytes(PlannedFile.of(fleet.inventory()));
  }

  private Path out(String name) {
    return root.resolve(name);
  }

  private static List<Path> listed(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Hadoop's sums of a file. */
  private static Path crcOf(Path file) {
    return file.resolveSibling("." + file.getFileName() + ".crc");
  }

  /** What is moved or removed meanwhile, by a wave that is being written, is left out. */
  private static void copy(Path from, Path to) {
    try {
      if (!Files.isDirectory(from)) {
        Files.copy(from, to);
        return;
      }
      Files.createDirectories(to);
      for (Path entry : listed(from, "")) {
        copy(entry, to.resolve(entry.getFileName()));
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
