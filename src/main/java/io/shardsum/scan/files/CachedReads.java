package io.shardsum.scan.files;

import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.ReadMetrics;
import io.shardsum.tables.Query;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Files that were to be read past the page cache and came through it, as the tasks say that have
 * read them: at once of the first ones, and of all in the end.
 */
public final class CachedReads extends SparkListener {

  private static final int NAMES = 10;
  private static final int NAME_CODE_POINTS = 300;

  private final ScanProgress progress;
  private final String canaries;
  private boolean said;

  /**
   * Listens.
   *
   * @param progress hears of the first ones
   * @param canaries the directory of the scan's own shards, of which nothing is said
   */
  CachedReads(ScanProgress progress, String canaries) {
    this.progress = progress;
    this.canaries = canaries;
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (said) {
      return;
    }
    Collection<String> directories =
        ReadMetrics.throughCache(taskEnd.taskInfo()).stream()
            .filter(directory -> !directory.endsWith(canaries))
            .toList();
    if (!directories.isEmpty()) {
      said = true;
      progress.readsThroughCache(taskEnd.taskInfo().host(), names(directories));
    }
  }

  /**
   * The note that says of which engines they are; empty if there are none, or all are to be read
   * through the cache.
   *
   * @param tensors the rows of the table that come from files
   */
  public static List<Finding> note(ScanRequest request, Dataset<Row> tensors) {
    if (!request.reading().isDirect()) {
      return List.of();
    }
    List<Row> engines =
        Query.of("through_cache")
            .with("tensors", tensors)
            .in(tensors.sparkSession())
            .collectAsList();
    if (engines.isEmpty()) {
      return List.of();
    }
    long files = engines.stream().mapToLong(row -> row.<Long>getAs("files")).sum();
    String what =
        "%s of %s on %s (read_through in the table tensors says which) came"
            .formatted(
                NumberWords.count(files, "file"),
                names(engines.stream().map(row -> row.<String>getAs("engine")).toList()),
                names(lists(engines, "hosts")));
    return List.of(note(what, lists(engines, "directories")));
  }

  /** The note of what came through the cache, from some directories. */
  public static Finding note(String what, Collection<String> directories) {
    return Finding.of(
        FindingKind.READ_THROUGH_CACHE,
        Subject.EVERYBODY,
        Comparison.NONE,
        Optional.empty(),
        "%s through the page cache, which may hold other bytes than the disk: the file system of %s has no direct I/O"
            .formatted(what, names(directories)));
  }

  private static List<String> lists(List<Row> rows, String column) {
    return rows.stream()
        .flatMap(row -> row.<String>getList(row.fieldIndex(column)).stream())
        .toList();
  }

  private static String names(Collection<String> names) {
    TreeSet<String> sorted = new TreeSet<>(names);
    String first =
        String.join(
            ", ",
            sorted.stream()
                .limit(NAMES)
                .map(name -> ForeignText.shown(name, NAME_CODE_POINTS))
                .toList());
    return sorted.size() > NAMES
        ? "%s and %s more".formatted(first, Integer.toString(sorted.size() - NAMES))
        : first;
  }
}
