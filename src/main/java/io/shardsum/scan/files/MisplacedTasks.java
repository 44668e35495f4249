package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.shardsum.hosts.PresentHosts;
import io.shardsum.io.ShardOpener;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.ScanWaves;
import io.shardsum.text.NumberWords;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads again what tasks have left out because they ran on another host than the file's. Spark does
 * that where a host is lost, and may where a host has much more to do than others. Files whose host
 * has an executor, still or again, are read there before the wave lands.
 */
final class MisplacedTasks {

  /** Each time a host that is there reads some of its files, at least. */
  private static final int MOST_READINGS = 8;

  private final SparkSession session;
  private final ScanWaves waves;

  MisplacedTasks(SparkSession session, ScanWaves waves) {
    this.session = session;
    this.waves = waves;
  }

  /**
   * A wave with the rows that its tasks could have read.
   *
   * @param wave as it was written
   * @param files of the wave
   * @param read gives the rows of some of them
   * @return the wave that is to land
   */
  Path mended(Path wave, List<PlannedFile> files, Function<List<PlannedFile>, Dataset<Row>> read) {
    List<PlannedFile> placed = files.stream().filter(file -> !file.place().isEmpty()).toList();
    Path mended = wave;
    for (int reading = 0; reading < MOST_READINGS && !placed.isEmpty(); reading++) {
      Dataset<Row> written = waves.written(mended, session);
      Set<String> present = PresentHosts.of(session);
      Set<String> leftOut = leftOut(written);
      List<PlannedFile> again =
          placed.stream()
              .filter(file -> leftOut.contains(file.file().path()))
              .filter(file -> present.contains(file.place()))
              .toList();
      if (again.isEmpty()) {
        return mended;
      }
      Path next = waves.next();
      Object[] paths = again.stream().map(file -> file.file().path()).distinct().toArray();
      Dataset<Row> rows =
          written.where(not(col("file").isin(paths))).unionByName(read.apply(again));
      NamedJobs.named(
          session,
          "read on their own hosts: " + NumberWords.count(again.size(), "file"),
          () -> {
            waves.write(next, rows);
            return next;
          });
      waves.discard(mended);
      mended = next;
    }
    return mended;
  }

  private static Set<String> leftOut(Dataset<Row> written) {
    Set<String> files = new HashSet<>();
    written
        .where(col("reason").contains(ShardOpener.NO_EXECUTOR))
        .select("file")
        .distinct()
        .collectAsList()
        .forEach(row -> files.add(row.getString(0)));
    return files;
  }
}
