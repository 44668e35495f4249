package io.shardsum.scan.reread;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.shardsum.damage.TensorSite;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.io.ReadSettings;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.files.ReadingExecutors;
import io.shardsum.scan.plan.ByteBudget;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.ScannedFile;
import io.shardsum.source.TaskPlan;
import io.shardsum.tables.DamageColumns;
import io.shardsum.tables.NamedJobs;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.ReadBy;
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
public final class SecondReading {

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

  /**
   * Both files of a suspect, and what is read of them. Where no copy of this scan holds what is
   * expected, the file of the suspect is read in the place of both: its sums tell whether it still
   * gives what it gave.
   */
  private record Pair(
      SuspectTensor suspect, SuspectFile file, Optional<SuspectFile> right, List<Integer> chunks) {

    SecondLook notRead(String why) {
      return new SecondLook.NotRead(why, Optional.of(file.readBy()));
    }

    boolean isAlone() {
      return right.isEmpty();
    }

    SuspectFile other() {
      return right.orElse(file);
    }

    List<String> executors(ReadingExecutors among) {
      return among.besides(file.executors(), other().executors());
    }

    /** Whether no task can read both copies: they are on the disks of two hosts. */
    boolean isApart() {
      String place = file.file().place();
      String otherPlace = other().file().place();
      return !place.isEmpty() && !otherPlace.isEmpty() && !place.equals(otherPlace);
    }

    long costBytes() {
      long bytes = (long) chunks.size() * ChunkColumn.CHUNK_BYTES;
      return OPEN_COST_BYTES + 2 * Math.min(bytes, file.site().lengthBytes());
    }
  }

  private final SparkSession session;
  private final SuspectFiles files;
  private final ReadingExecutors executors;
  private final RereadLimits limits;
  private final ReadSettings reading;
  private final ExpectedReading expected;
  private final List<ExpectedReading.Pair> ofRecipes = new ArrayList<>();
  private final ByteBudget budget;

  /**
   * Prepares.
   *
   * @param tensors the rows of the table that come from files
   * @param planned the files of the scan
   * @param executors of the executors that have read
   * @param reading how files are read
   * @param expected what checkpoints say
   * @param budget of this and all other rounds of the scan
   */
  public SecondReading(
      Dataset<Row> tensors,
      List<PlannedFile> planned,
      ReadingExecutors executors,
      RereadLimits limits,
      ReadSettings reading,
      CheckpointSource expected,
      ByteBudget budget) {
    this.session = tensors.sparkSession();
    this.files = new SuspectFiles(planned, tensors);
    this.executors = executors;
    this.limits = limits;
    this.reading = reading;
    this.budget = budget;
    this.expected = new ExpectedReading(session, expected, limits.ranges(), reading);
  }

  /** Looks at the bytes of all that the limits still allow, the smallest first. */
  public Map<SuspectTensor, SecondLook> readAgain(List<SuspectTensor> suspects) {
    Map<SuspectTensor, SecondLook> looks = new LinkedHashMap<>();
    ofRecipes.clear();
    List<Pair> pairs = affordable(pairs(suspects, looks), looks);
    return NamedJobs.named(
        session,
        "read again: " + NumberWords.count(pairs.size() + ofRecipes.size(), "suspect tensor"),
        () -> {
          if (!pairs.isEmpty()) {
            read(pairs, looks);
          }
          if (!ofRecipes.isEmpty()) {
            looks.putAll(expected.look(ofRecipes));
          }
          return looks;
        });
  }

  private List<Pair> pairs(List<SuspectTensor> suspects, Map<SuspectTensor, SecondLook> looks) {
    files.add(suspects);
    List<Pair> pairs = new ArrayList<>();
    for (SuspectTensor suspect : suspects) {
      Optional<SuspectFile> file = files.file(suspect.copy());
      Optional<SuspectFile> other = files.file(suspect.otherCopy());
      Optional<Recipe> recipe = file.flatMap(f -> expected.recipe(suspect, f.site()));
      if (recipe.isPresent()) {
        withRecipe(suspect, file.get(), recipe.get(), looks);
      } else if (file.isPresent()) {
        SuspectFile one = file.get();
        pairs.add(new Pair(suspect, one, other, chunks(suspect, one.site())));
      } else {
        looks.put(
            suspect, new SecondLook.NotRead("its file is not of this scan", Optional.empty()));
      }
    }
    return pairs;
  }

  private void withRecipe(
      SuspectTensor suspect,
      SuspectFile file,
      Recipe recipe,
      Map<SuspectTensor, SecondLook> looks) {
    List<Integer> chunks = chunks(suspect, file.site());
    long bytes =
        2 * Math.min((long) chunks.size() * ChunkColumn.CHUNK_BYTES, file.site().lengthBytes());
    if (!budget.take(bytes + OPEN_COST_BYTES)) {
      looks.put(suspect, new SecondLook.NotRead(limits.reason(), Optional.of(file.readBy())));
      return;
    }
    ofRecipes.add(new ExpectedReading.Pair(suspect, file, chunks, recipe));
  }

  private List<Integer> chunks(SuspectTensor suspect, TensorSite site) {
    List<Integer> differing = suspect.differingChunks();
    if (!differing.isEmpty()) {
      return differing.subList(0, Math.min(limits.chunks(), differing.size()));
    }
    long all = (site.lengthBytes() + ChunkColumn.CHUNK_BYTES - 1) / ChunkColumn.CHUNK_BYTES;
    return IntStream.range(0, Math.toIntExact(all)).boxed().toList();
  }

  private List<Pair> affordable(List<Pair> pairs, Map<SuspectTensor, SecondLook> looks) {
    List<Pair> affordable = new ArrayList<>();
    for (Pair pair : pairs.stream().sorted(Comparator.comparing(Pair::costBytes)).toList()) {
      if (budget.take(pair.costBytes())) {
        affordable.add(pair);
      } else {
        looks.put(pair.suspect(), pair.notRead(limits.reason()));
      }
    }
    return affordable;
  }

  private void read(List<Pair> pairs, Map<SuspectTensor, SecondLook> looks) {
    List<ScannedFile> files = new ArrayList<>();
    List<TaskPlan.Task> tasks = new ArrayList<>();
    Map<Integer, CopyPair.Expected> expected = new HashMap<>();
    for (Pair pair : pairs) {
      int number = expected.size();
      files.add(pair.file().file());
      files.add(pair.other().file());
      tasks.addAll(tasks(pair, number));
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
            .options(reading.options())
            .load()
            .select(Stream.of(COLUMNS).map(c -> col(c.columnName())).toArray(Column[]::new));
    PairComparison comparison = new PairComparison(expected, limits.ranges());
    Dataset<Row> together =
        pairs.stream().anyMatch(Pair::isApart)
            ? chunks
                .repartition(expr("_file_index div 2"))
                .sortWithinPartitions(expr("_file_index div 2"), col("chunk"), col("_file_index"))
            : chunks;
    for (Row row :
        together.mapPartitions(comparison, Encoders.row(CopyPair.SCHEMA)).collectAsList()) {
      Pair pair = pairs.get(row.<Integer>getAs("number"));
      looks.put(pair.suspect(), look(pair, row));
    }
  }

  private static SecondLook look(Pair pair, Row row) {
    if (row.getAs("error") != null) {
      return pair.notRead(row.getAs("error"));
    }
    SuspectTensor suspect = pair.suspect();
    List<Integer> chunks = row.getList(row.fieldIndex("chunks"));
    return new SecondLook.Compared(
        suspect
            .held()
            .readAgain(suspect.otherHeld(), sums(chunks, row, "sums"), text(row, "sha256")),
        pair.isAlone()
            ? suspect.otherHeld()
            : suspect
                .otherHeld()
                .readAgain(
                    suspect.held(), sums(chunks, row, "other_sums"), text(row, "other_sha256")),
        pair.file().readBy(),
        pair.other().readBy(),
        new ReadBy(row.getAs("host"), row.getAs("executor"), Optional.empty()),
        pair.isAlone() ? Optional.empty() : DamageColumns.damage(row),
        pair.file().file().path(),
        chunks.size());
  }

  private static Map<Integer, Long> sums(List<Integer> chunks, Row row, String column) {
    List<Long> sums = row.getList(row.fieldIndex(column));
    Map<Integer, Long> byChunk = new HashMap<>();
    for (int index = 0; index < chunks.size(); index++) {
      byChunk.put(chunks.get(index), sums.get(index));
    }
    return byChunk;
  }

  private static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getAs(column));
  }

  /** One for each host that has one of the copies, else one for both. */
  private List<TaskPlan.Task> tasks(Pair pair, int number) {
    List<List<Long>> ranges = ranges(pair, number);
    if (!pair.isApart()) {
      return List.of(new TaskPlan.Task(pair.executors(executors), ranges));
    }
    return Stream.of(2L * number, 2L * number + 1)
        .map(file -> ranges.stream().filter(range -> range.get(0).equals(file)).toList())
        .map(ofFile -> new TaskPlan.Task(List.of(), ofFile))
        .toList();
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
