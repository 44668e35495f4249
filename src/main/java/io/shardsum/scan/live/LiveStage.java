package io.shardsum.scan.live;

import io.shardsum.fleet.LiveSpec;
import io.shardsum.live.AnswerReader;
import io.shardsum.live.EndpointCollector;
import io.shardsum.live.FetchedAnswer;
import io.shardsum.live.LiveAnswer;
import io.shardsum.live.LiveProblem;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The running engines of a scan. They are asked while files are being read; what they answered is
 * read afterwards, one answer at a time, and lands in the same tables.
 */
public final class LiveStage implements AutoCloseable {

  private static final int ROWS_OF_A_WRITE = 100_000;
  private static final String EMPTY_TENSORS =
      "SELECT engine, rank, key FROM tensors WHERE bytes = 0 AND status = 'HASHED'";

  /** What landed of one engine. */
  record Landed(LiveSpec spec, LiveEngineResult result, List<LiveProblem> problems) {}

  private final ScanRequest request;
  private final List<LiveSpec> engines;
  private final Optional<Path> directory;
  private final Optional<EndpointCollector> collector;
  private final CompletableFuture<List<FetchedAnswer>> answers;
  private final Map<String, Landed> landed = new LinkedHashMap<>();
  private final List<Row> rankRows = new ArrayList<>();
  private final List<Row> engineRows = new ArrayList<>();

  private LiveStage(ScanRequest request, Optional<Path> directory) {
    this.request = request;
    this.engines = request.inventory().live();
    this.directory = directory;
    this.collector = directory.map(into -> new EndpointCollector(into, System::getenv));
    this.answers =
        collector
            .map(asking -> asking.collect(engines))
            .orElseGet(() -> CompletableFuture.completedFuture(List.of()));
  }

  /**
   * Begins to ask, if there is any engine to ask.
   *
   * @throws UncheckedIOException if there is no room for answers on this machine
   */
  public static LiveStage begin(ScanRequest request) {
    try {
      return new LiveStage(
          request,
          request.inventory().live().isEmpty()
              ? Optional.empty()
              : Optional.of(Files.createTempDirectory("shardsum-live")));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep answers of engines: " + e.getMessage(), e);
    }
  }

  /** Whether there is any engine to ask. */
  public boolean isEmpty() {
    return engines.isEmpty();
  }

  /**
   * Waits for the answers, and lands the tensors.
   *
   * @param session has the view {@code tensors}: what files hold
   * @param schema of the table
   */
  public void landTensors(SparkSession session, ScanTables tables, StructType schema) {
    if (isEmpty()) {
      return;
    }
    KnownEmpty empty =
        new KnownEmpty(request.inventory(), session.sql(EMPTY_TENSORS).collectAsList());
    PairedWeights paired = new PairedWeights(request.inventory(), session);
    AnswerReader reader = new AnswerReader();
    List<Row> waiting = new ArrayList<>();
    for (FetchedAnswer fetched : answers.join()) {
      LiveAnswer answer = reader.read(fetched);
      LiveRows rows = new LiveRows(answer, empty, paired);
      LiveEngineResult result = rows.result();
      landed.put(result.engine(), new Landed(answer.spec(), result, answer.problems()));
      rankRows.addAll(rows.ranks(result));
      engineRows.add(rows.engine(result));
      waiting.addAll(rows.tensors());
      if (waiting.size() >= ROWS_OF_A_WRITE) {
        append(waiting, session, tables, schema);
      }
    }
    append(waiting, session, tables, schema);
  }

  private static void append(
      List<Row> rows, SparkSession session, ScanTables tables, StructType schema) {
    if (!rows.isEmpty()) {
      Dataset<Row> ofTable =
          ScanTables.fitted(session.createDataFrame(rows, LiveRows.TENSORS), schema);
      tables.append(ScanTable.TENSORS, ofTable.coalesce(1));
      rows.clear();
    }
  }

  /** The rows of a table, and those of the engines that were asked, or of their ranks. */
  public Dataset<Row> added(ScanTable table, Dataset<Row> rows) {
    if (isEmpty()) {
      return rows;
    }
    SparkSession session = rows.sparkSession();
    Dataset<Row> live =
        table == ScanTable.RANKS
            ? session.createDataFrame(rankRows, LiveRows.RANKS)
            : session.createDataFrame(engineRows, LiveRows.ENGINES);
    return rows.union(ScanTables.fitted(live, rows.schema()));
  }

  /** What landed, in the order of the description. */
  public List<Landed> landed() {
    return List.copyOf(landed.values());
  }

  @Override
  public void close() {
    collector.ifPresent(EndpointCollector::close);
    directory.ifPresent(LiveStage::remove);
  }

  private static void remove(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // What is left lies in the directory for temporary files.
    }
  }
}
