package io.shardsum.scan;

import static org.apache.spark.sql.functions.col;

import io.shardsum.damage.TensorSite;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.ListedFile;
import io.shardsum.source.OnError;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.TaskPlan;
import io.shardsum.verdict.SecondLook;
import io.shardsum.verdict.SuspectTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads the chunks of suspect tensors again, and those of a good copy beside them, and compares
 * their bytes: a job of its own, each pair a task, on executors other than those of the first
 * reading where there are some.
 */
final class SecondReading {

  /** Chunks of one copy that are read before those of the other; a file is opened for each run. */
  private static final int CHUNKS_OF_A_RUN = 8;

  /** What opening two files costs, in bytes that could be read in that time. */
  private static final long OPEN_COST_BYTES = 1 << 20;

  private static final ChunkColumn[] COLUMNS = {
    ChunkColumn.FILE_INDEX,
    ChunkColumn.TENSOR,
    ChunkColumn.DTYPE,
    ChunkColumn.TENSOR_BYTES,
    ChunkColumn.CHUNK,
    ChunkColumn.DATA,
    ChunkColumn.ERROR,
    ChunkColumn.HOST,
    ChunkColumn.EXECUTOR
  };

  /** Both files of a suspect, and what is read of them. */
  private record Pair(
      SuspectTensor suspect, SuspectFile file, SuspectFile other, List<Integer> chunks) {

    long costBytes() {
      long bytes = (long) chunks.size() * ChunkColumn.CHUNK_BYTES;
      return OPEN_COST_BYTES + 2 * Math.min(bytes, file.site().lengthBytes());
    }
  }

  private final SparkSession session;
  private final List<PlannedFile> planned;
  private final Map<String, String> executors;
  private final RereadLimits limits;
  private final Map<SuspectTensor, SecondLook> looks = new LinkedHashMap<>();
  private long leftBytes;

  /**
   * Prepares.
   *
   * @param session has the view {@code tensors}
   * @param planned the files of the scan
   * @param executors places by id, of those that have read
   */
  SecondReading(
      SparkSession session,
      List<PlannedFile> planned,
      Map<String, String> executors,
      RereadLimits limits) {
    this.session = session;
    this.planned = planned;
    this.executors = executors;
    this.limits = limits;
    this.leftBytes = limits.bytes();
  }

  /** Looks at the bytes of all that the limits allow, the smallest first. */
  Map<SuspectTensor, SecondLook> of(List<SuspectTensor> suspects) {
    if (!suspects.isEmpty()) {
      List<Pair> pairs = affordable(pairs(suspects));
      if (!pairs.isEmpty()) {
        read(pairs);
      }
    }
    return looks;
  }

  private List<Pair> pairs(List<SuspectTensor> suspects) {
    SuspectFiles files = new SuspectFiles(suspects, planned, session);
    List<Pair> pairs = new ArrayList<>();
    for (SuspectTensor suspect : suspects) {
      Optional<SuspectFile> file = files.of(suspect.holder(), suspect.name());
      Optional<SuspectFile> other = files.of(suspect.other(), suspect.name());
      if (file.isPresent() && other.isPresent()) {
        pairs.add(new Pair(suspect, file.get(), other.get(), chunks(suspect, file.get().site())));
      } else {
        looks.put(suspect, new SecondLook.NotRead("no copy of this scan holds what is expected"));
      }
    }
    return pairs;
  }

  private List<Integer> chunks(SuspectTensor suspect, TensorSite site) {
    List<Integer> differing = suspect.differingChunks();
    if (!differing.isEmpty()) {
      return differing.subList(0, Math.min(limits.chunks(), differing.size()));
    }
    long all = (site.lengthBytes() + ChunkColumn.CHUNK_BYTES - 1) / ChunkColumn.CHUNK_BYTES;
    return IntStream.range(0, Math.toIntExact(all)).boxed().toList();
  }

  private List<Pair> affordable(List<Pair> pairs) {
    List<Pair> affordable = new ArrayList<>();
    for (Pair pair : pairs.stream().sorted(Comparator.comparing(Pair::costBytes)).toList()) {
      if (pair.costBytes() <= leftBytes) {
        leftBytes -= pair.costBytes();
        affordable.add(pair);
      } else {
        looks.put(pair.suspect(), new SecondLook.NotRead(limits.reason()));
      }
    }
    return affordable;
  }

  private void read(List<Pair> pairs) {
    List<ListedFile> files = new ArrayList<>();
    List<TaskPlan.Task> tasks = new ArrayList<>();
    Map<Integer, CopyPair.Expected> expected = new HashMap<>();
    for (Pair pair : pairs) {
      int number = tasks.size();
      files.add(pair.file().file());
      files.add(pair.other().file());
      tasks.add(new TaskPlan.Task(places(pair), ranges(pair, number)));
      expected.put(
          number,
          new CopyPair.Expected(
              number, pair.suspect().name().tensor(), pair.file().site(), pair.chunks().size()));
    }
    Dataset<Row> chunks =
        session
            .read()
            .format(SafetensorsSource.NAME)
            .option("listing", new FileListing(files).toJson())
            .option("tasks", new TaskPlan(tasks).toJson())
            .option("on-error", OnError.REPORT.option())
            .load()
            .select(Stream.of(COLUMNS).map(c -> col(c.columnName())).toArray(Column[]::new));
    PairComparison comparison = new PairComparison(expected, limits.ranges());
    for (Row row :
        chunks.mapPartitions(comparison, Encoders.row(CopyPair.SCHEMA)).collectAsList()) {
      Pair pair = pairs.get(row.<Integer>getAs("number"));
      looks.put(pair.suspect(), look(pair, row));
    }
  }

  private static SecondLook look(Pair pair, Row row) {
    if (row.getAs("error") != null) {
      return new SecondLook.NotRead(row.getAs("error"));
    }
    return new SecondLook.Compared(
        DamageColumns.damage(row), pair.file().file().path(), pair.chunks().size());
  }

  /** Executors that have read neither copy, else those that have not read the suspect one. */
  private List<String> places(Pair pair) {
    Map<String, String> others = new HashMap<>(executors);
    pair.file().executors().forEach(others::remove);
    Map<String, String> unbiased = new HashMap<>(others);
    pair.other().executors().forEach(unbiased::remove);
    return List.copyOf((unbiased.isEmpty() ? others : unbiased).values());
  }

  private static List<List<Long>> ranges(Pair pair, int number) {
    List<List<Long>> ranges = new ArrayList<>();
    List<Integer> chunks = pair.chunks();
    for (int begin = 0; begin < chunks.size(); ) {
      int end = begin + 1;
      while (end < chunks.size()
          && end - begin < CHUNKS_OF_A_RUN
          && chunks.get(end) == chunks.get(end - 1) + 1) {
        end++;
      }
      ranges.add(range(2 * number, pair.file(), chunks.get(begin), chunks.get(end - 1)));
      ranges.add(range(2 * number + 1, pair.other(), chunks.get(begin), chunks.get(end - 1)));
      begin = end;
    }
    return ranges;
  }

  private static List<Long> range(int file, SuspectFile of, int firstChunk, int lastChunk) {
    long offset = of.site().fileOffsetBytes();
    return List.of(
        (long) file,
        offset + (long) firstChunk * ChunkColumn.CHUNK_BYTES,
        offset + (long) lastChunk * ChunkColumn.CHUNK_BYTES + 1);
  }
}
