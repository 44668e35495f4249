package io.shardsum.scan.manifest;

import static org.apache.spark.sql.functions.col;

import io.shardsum.io.ReadSettings;
import io.shardsum.scan.files.ReadingExecutors;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.TaskPlan;
import io.shardsum.tables.NamedJobs;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.ReadBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads files as a whole again, each by a task of its own, on an executor other than that of the
 * first reading where there is one.
 */
public final class FileReading {

  private static final ChunkColumn[] COLUMNS = {
    ChunkColumn.FILE_INDEX,
    ChunkColumn.FILE_SHA256,
    ChunkColumn.FILE_BLAKE3,
    ChunkColumn.ERROR,
    ChunkColumn.HOST,
    ChunkColumn.EXECUTOR
  };

  private final SparkSession session;
  private final Map<String, PlannedFile> planned;
  private final ReadingExecutors executors;
  private final RereadLimits limits;
  private final ReadSettings reading;
  private final SecondHashes read;

  /**
   * Prepares.
   *
   * @param planned the files of the scan
   * @param executors of the executors that have read
   * @param reading how files are read
   * @param read what this and all other rounds of the scan have read
   */
  public FileReading(
      SparkSession session,
      List<PlannedFile> planned,
      ReadingExecutors executors,
      RereadLimits limits,
      ReadSettings reading,
      SecondHashes read) {
    this.session = session;
    this.planned =
        planned.stream()
            .collect(Collectors.toMap(f -> f.file().path(), f -> f, (one, same) -> one));
    this.executors = executors;
    this.limits = limits;
    this.reading = reading;
    this.read = read;
  }

  /**
   * Reads all that the limits allow and was not read again yet, the smallest first, and a file of
   * several engines once.
   *
   * @return what came of each, by its path
   */
  Map<String, SecondHash> readAgain(Collection<HashedWeights> suspects) {
    Map<String, SecondHash> again = new HashMap<>();
    Map<String, HashedWeights> affordable = new LinkedHashMap<>();
    for (HashedWeights suspect :
        suspects.stream().sorted(Comparator.comparing(this::lengthBytes)).toList()) {
      Optional<SecondHash> known = read.of(suspect.path());
      if (known.isPresent()) {
        again.put(suspect.path(), known.get());
      } else if (affordable.containsKey(suspect.path()) || read.mayRead(lengthBytes(suspect))) {
        affordable.putIfAbsent(suspect.path(), suspect);
      } else {
        again.put(suspect.path(), SecondHash.none(limits.fileReason()));
      }
    }
    if (!affordable.isEmpty()) {
      List<HashedWeights> files = List.copyOf(affordable.values());
      NamedJobs.named(
              session, "read again: " + NumberWords.count(files.size(), "file"), () -> rows(files))
          .forEach((index, rows) -> read.put(files.get(index).path(), hash(rows)));
      affordable.keySet().forEach(path -> read.of(path).ifPresent(hash -> again.put(path, hash)));
    }
    return again;
  }

  private long lengthBytes(HashedWeights file) {
    return planned.get(file.path()).file().lengthBytes();
  }

  private Map<Integer, List<Row>> rows(List<HashedWeights> files) {
    List<TaskPlan.Task> tasks = new ArrayList<>();
    for (HashedWeights file : files) {
      tasks.add(
          new TaskPlan.Task(
              executors.besides(List.of(file.readBy().executor()), List.of()),
              List.of(List.of((long) tasks.size(), 0L, lengthBytes(file) + 1))));
    }
    return session
        .read()
        .format(SafetensorsSource.NAME)
        .option(
            "listing",
            new FileListing(files.stream().map(f -> planned.get(f.path()).scanned()).toList())
                .toJson())
        .option("rows", RowUnit.TENSOR.option())
        .option("tasks", new TaskPlan(tasks).toJson())
        .option("on-error", OnError.REPORT.option())
        .options(reading.options())
        .load()
        .select(Stream.of(COLUMNS).map(c -> col(c.columnName())).toArray(Column[]::new))
        .collectAsList()
        .stream()
        .collect(
            Collectors.groupingBy(row -> row.<Integer>getAs(ChunkColumn.FILE_INDEX.columnName())));
  }

  private static SecondHash hash(List<Row> rows) {
    Optional<String> sha256 = Optional.empty();
    Optional<String> blake3 = Optional.empty();
    Optional<String> error = Optional.empty();
    for (Row row : rows) {
      String hash = row.getAs(ChunkColumn.FILE_SHA256.columnName());
      sha256 = sha256.or(() -> Optional.ofNullable(hash));
      String other = row.getAs(ChunkColumn.FILE_BLAKE3.columnName());
      blake3 = blake3.or(() -> Optional.ofNullable(other));
      if (hash == null) {
        String fault = row.getAs(ChunkColumn.ERROR.columnName());
        error = error.or(() -> Optional.ofNullable(fault));
      }
    }
    ReadBy by =
        new ReadBy(
            rows.get(0).getAs(ChunkColumn.HOST.columnName()),
            rows.get(0).getAs(ChunkColumn.EXECUTOR.columnName()),
            Optional.empty());
    return error
        .map(SecondHash::none)
        .orElse(new SecondHash(sha256, blake3, "not all of it was read", Optional.of(by)));
  }
}
