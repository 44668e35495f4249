package io.shardsum.scan.reread;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.shardsum.io.ReadSettings;
import io.shardsum.scan.files.ReadingExecutors;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.TaskPlan;
import io.shardsum.tables.NamedJobs;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.MisreadHeader;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.ReadBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads the headers of ranks again whose tensors have other names, dtypes or shapes than those of
 * other copies: twice, on executors other than those of the first reading where there are some.
 */
public final class HeaderReading {

  /** So that a fleet of which much is wrong is not read for a header of each file. */
  private static final int MOST_FILES = 1_000;

  private static final int READINGS = 2;
  private static final int PATH_CODE_POINTS = 300;

  private static final ChunkColumn[] COLUMNS = {
    ChunkColumn.FILE_INDEX,
    ChunkColumn.TENSOR,
    ChunkColumn.DTYPE,
    ChunkColumn.SHAPE,
    ChunkColumn.FILE_OFFSET_BYTES,
    ChunkColumn.ERROR,
    ChunkColumn.HOST,
    ChunkColumn.EXECUTOR
  };

  /** A tensor as a header lists it. */
  private record Listed(String tensor, String dtype, List<Long> shape, long offsetBytes) {}

  /** A header as somebody has read it. */
  private record Header(Set<Listed> tensors, ReadBy by) {}

  private final Dataset<Row> tensors;
  private final List<PlannedFile> planned;
  private final ReadingExecutors executors;
  private final ReadSettings reading;

  /**
   * Prepares.
   *
   * @param tensors the rows of the table that come from files
   * @param planned the files of the scan
   * @param executors of the executors that have read
   * @param reading how files are read
   */
  public HeaderReading(
      Dataset<Row> tensors,
      List<PlannedFile> planned,
      ReadingExecutors executors,
      ReadSettings reading) {
    this.tensors = tensors;
    this.planned = planned;
    this.executors = executors;
    this.reading = reading;
  }

  /** The headers of ranks of this scan that no second reading gives as they were read at first. */
  public List<MisreadHeader> readAgain(Set<RankHolder> ranks) {
    List<PlannedFile> files =
        planned.stream()
            .filter(file -> !file.isCanary() && ranks.contains(holder(file)))
            .limit(MOST_FILES)
            .toList();
    if (files.isEmpty()) {
      return List.of();
    }
    Map<List<Object>, Header> first = first(files);
    Map<Integer, List<Row>> again =
        NamedJobs.named(
            tensors.sparkSession(),
            "read again: headers of " + NumberWords.count(files.size(), "file"),
            () -> again(files, first));
    List<MisreadHeader> misread = new ArrayList<>();
    for (int index = 0; index < files.size(); index++) {
      PlannedFile file = files.get(index);
      List<List<Row>> readings =
          List.of(
              again.getOrDefault(index, List.of()),
              again.getOrDefault(index + files.size(), List.of()));
      misread(file, first.get(key(file)), readings).ifPresent(misread::add);
    }
    return misread;
  }

  private static RankHolder holder(PlannedFile file) {
    return RankHolder.now(file.engine().orElseThrow(), file.rank());
  }

  private static List<Object> key(PlannedFile file) {
    return List.of(file.engine().orElseThrow(), file.rank(), file.file().path());
  }

  /** As the scan has read them, by {@link #key}. */
  private Map<List<Object>, Header> first(List<PlannedFile> files) {
    Object[] paths = files.stream().map(file -> file.file().path()).distinct().toArray();
    return tensors
        .where(col("file").isin(paths).and(col("tensor").isNotNull()))
        .select(
            col("engine"),
            col("rank"),
            col("file"),
            coalesce(col("name_in_file"), col("tensor")).as("tensor"),
            col("dtype"),
            col("shape"),
            col("file_offset_bytes"),
            col("host"),
            col("executor"))
        .collectAsList()
        .stream()
        .collect(
            groupingBy(
                row -> List.of(row.getAs("engine"), row.<Integer>getAs("rank"), row.getAs("file")),
                collectingAndThen(toList(), rows -> header(rows, "host", "executor"))));
  }

  private static Header header(List<Row> rows, String host, String executor) {
    return new Header(
        rows.stream().map(HeaderReading::listed).collect(toSet()),
        new ReadBy(rows.get(0).getAs(host), rows.get(0).getAs(executor), Optional.empty()));
  }

  private static Listed listed(Row row) {
    return new Listed(
        row.getAs("tensor"),
        row.getAs("dtype"),
        row.getList(row.fieldIndex("shape")),
        row.<Long>getAs("file_offset_bytes"));
  }

  /** By number: that of the file, and of the reading behind all first ones. */
  private Map<Integer, List<Row>> again(List<PlannedFile> files, Map<List<Object>, Header> first) {
    List<TaskPlan.Task> tasks = new ArrayList<>();
    for (int number = 0; number < READINGS * files.size(); number++) {
      PlannedFile file = files.get(number % files.size());
      Header header = first.get(key(file));
      List<String> readers =
          header == null ? List.of() : List.of(header.by().executor().split(",", -1));
      tasks.add(
          new TaskPlan.Task(
              executors.besides(readers, List.of()),
              List.of(List.of((long) number, 0L, file.file().lengthBytes() + 1))));
    }
    return tensors
        .sparkSession()
        .read()
        .format(SafetensorsSource.NAME)
        .option(
            "listing",
            new FileListing(
                    Stream.concat(files.stream(), files.stream())
                        .map(PlannedFile::scanned)
                        .toList())
                .toJson())
        .option("rows", RowUnit.TENSOR.option())
        .option("tasks", new TaskPlan(tasks).toJson())
        .option("on-error", OnError.REPORT.option())
        .options(reading.options())
        .load()
        .select(Stream.of(COLUMNS).map(c -> col(c.columnName())).toArray(Column[]::new))
        .collectAsList()
        .stream()
        .collect(groupingBy(row -> row.<Integer>getAs(ChunkColumn.FILE_INDEX.columnName())));
  }

  private static Optional<MisreadHeader> misread(
      PlannedFile file, Header header, List<List<Row>> readings) {
    List<Header> others = new ArrayList<>();
    for (List<Row> rows : readings) {
      if (rows.isEmpty() || rows.stream().anyMatch(HeaderReading::isNoTensor)) {
        return Optional.empty();
      }
      others.add(header(rows, ChunkColumn.HOST.columnName(), ChunkColumn.EXECUTOR.columnName()));
    }
    boolean repeats =
        header == null
            || others.stream().anyMatch(other -> other.tensors().equals(header.tensors()));
    return repeats
        ? Optional.empty()
        : Optional.of(
            new MisreadHeader(
                holder(file),
                ForeignText.shown(file.file().path(), PATH_CODE_POINTS),
                header.by(),
                others.get(0).by()));
  }

  private static boolean isNoTensor(Row row) {
    return row.getAs(ChunkColumn.ERROR.columnName()) != null
        || row.getAs(ChunkColumn.TENSOR.columnName()) == null;
  }
}
