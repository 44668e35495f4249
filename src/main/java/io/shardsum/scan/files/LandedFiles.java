package io.shardsum.scan.files;

import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.tables.LandedWave;
import io.shardsum.tables.LandedWave.RankPart;
import io.shardsum.tables.ScanWaves;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Which files of a scan an earlier run of it has landed, in whole waves. A rank counts only as long
 * as all of its files are as they were: the same ones, of the same lengths and times. Of a wave
 * with a rank that does not, the rows of the others are written anew, and take its place.
 *
 * @param left the files that are to be read
 * @param canaries those of the waves that stay
 */
public record LandedFiles(List<PlannedFile> left, Resumed resumed, CanaryResult canaries) {

  private static final StructType RANKS = StructType.fromDDL("engine STRING, rank INT");

  /** Copies the list. */
  public LandedFiles {
    left = List.copyOf(left);
  }

  /**
   * Looks, and removes what does not count.
   *
   * @param planned all files of the scan
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public static LandedFiles find(
      List<PlannedFile> planned, WavePlan plan, ScanWaves waves, SparkSession session) {
    RankStamps stamps = plan.stamps();
    List<LandedWave> intact = new ArrayList<>();
    List<LandedWave> stale = new ArrayList<>();
    for (LandedWave wave : waves.whole()) {
      if (wave.ranks().stream().allMatch(stamps::isSame)) {
        intact.add(wave);
      } else if (wave.ranks().stream().anyMatch(stamps::isSame)) {
        stale.add(wave);
      }
    }
    List<LandedWave> both = new ArrayList<>(intact);
    both.addAll(stale);
    waves.removeAllBut(both);
    if (!stale.isEmpty()) {
      intact.add(replacing(stale, stamps::isSame, waves, session));
      waves.removeAllBut(intact);
    }
    return of(planned, stamps, intact);
  }

  /**
   * Gives up what has landed of some ranks: they are read anew, or nothing is known of them.
   *
   * @throws java.io.UncheckedIOException if the file system does not let it
   */
  public static void giveUp(Set<RankOfEngine> ranks, ScanWaves waves, SparkSession session) {
    if (ranks.isEmpty()) {
      return;
    }
    Predicate<RankPart> stays =
        part -> !ranks.contains(new RankOfEngine(part.engine(), part.rank()));
    List<LandedWave> stale =
        waves.whole().stream().filter(wave -> !wave.ranks().stream().allMatch(stays)).toList();
    if (stale.stream().flatMap(wave -> wave.ranks().stream()).anyMatch(stays)) {
      replacing(stale, stays, waves, session);
    }
    waves.remove(stale);
  }

  private static LandedWave replacing(
      List<LandedWave> stale, Predicate<RankPart> stays, ScanWaves waves, SparkSession session) {
    List<RankPart> same =
        stale.stream().flatMap(wave -> wave.ranks().stream()).filter(stays).toList();
    Dataset<Row> ranks =
        session.createDataFrame(
            same.stream().map(part -> RowFactory.create(part.engine(), part.rank())).toList(),
            RANKS);
    Dataset<Row> rows = waves.rows(stale, session);
    Path wave = waves.next();
    waves.write(
        wave,
        rows.join(
            ranks,
            rows.col("engine")
                .equalTo(ranks.col("engine"))
                .and(rows.col("rank").equalTo(ranks.col("rank"))),
            "left_semi"));
    return waves.land(
        wave,
        new LandedWave.Content(
            same,
            stale.stream().mapToInt(LandedWave::canaries).sum(),
            stale.stream().mapToInt(LandedWave::canariesFound).sum(),
            stale.stream().map(LandedWave::name).toList()));
  }

  private static LandedFiles of(
      List<PlannedFile> planned, RankStamps stamps, List<LandedWave> waves) {
    Set<RankOfEngine> whole = new HashSet<>();
    Set<List<Object>> files = new HashSet<>();
    CanaryResult canaries = CanaryResult.NONE;
    for (LandedWave wave : waves) {
      canaries = canaries.plus(new CanaryResult(wave.canaries(), wave.canariesFound()));
      for (RankPart part : wave.ranks()) {
        RankOfEngine rank = new RankOfEngine(part.engine(), part.rank());
        if (part.files().isEmpty()) {
          whole.add(rank);
        }
        part.files().forEach(path -> files.add(List.of(rank, path)));
      }
    }
    List<PlannedFile> left =
        planned.stream()
            .filter(
                file -> {
                  RankOfEngine rank = RankStamps.rank(file);
                  return !whole.contains(rank)
                      && !files.contains(List.of(rank, file.file().path()));
                })
            .toList();
    int leftRanks = left.stream().map(RankStamps::rank).collect(Collectors.toSet()).size();
    long bytes = PlannedFile.bytes(planned);
    return new LandedFiles(
        left,
        new Resumed(
            stamps.size() - leftRanks, stamps.size(), bytes - PlannedFile.bytes(left), bytes),
        canaries);
  }
}
