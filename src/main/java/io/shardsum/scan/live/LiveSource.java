package io.shardsum.scan.live;

import io.shardsum.fleet.LiveSpec;
import io.shardsum.live.AnswerReader;
import io.shardsum.live.EndpointCollector;
import io.shardsum.live.FetchedAnswer;
import io.shardsum.live.LiveAnswer;
import io.shardsum.live.LiveProblem;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.RowSource;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.text.ForeignText;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running engines of a scan. They are asked while files are being read; what they answered is
 * read afterwards, one answer at a time, and lands in the same tables.
 */
public final class LiveSource implements RowSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiveSource.class);

  private static final int ROWS_OF_A_WRITE = 100_000;
  private static final String EMPTY = "bytes = 0 AND status = 'HASHED'";

  /** What landed of one engine, and its ranks in their order. */
  record Landed(
      LiveSpec spec, EngineResult result, List<RankResult> ranks, List<LiveProblem> problems) {}

  private final ScanRequest request;
  private final List<LiveSpec> engines;
  private final Optional<Path> directory;
  private final Optional<EndpointCollector> collector;
  private final CompletableFuture<List<FetchedAnswer>> answers;
  private final Map<String, Landed> landed = new LinkedHashMap<>();
  private final List<Row> rankRows = new ArrayList<>();
  private final List<Row> engineRows = new ArrayList<>();

  private LiveSource(ScanRequest request, Optional<Path> directory) {
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
  public static LiveSource begin(ScanRequest request) {
    try {
      return new LiveSource(
          request,
          request.inventory().live().isEmpty()
              ? Optional.empty()
              : Optional.of(Files.createTempDirectory("shardsum-live")));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep answers of engines: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isEmpty() {
    return engines.isEmpty();
  }

  /** Waits for the engines' answers, and lands the tensors that they name. */
  public void landTensors(Dataset<Row> ofFiles, ScanTables tables) {
    if (isEmpty()) {
      return;
    }
    KnownEmpty empty =
        new KnownEmpty(
            request.inventory(),
            ofFiles.where(EMPTY).select("engine", "rank", "key").collectAsList());
    PairedWeights paired = PairedWeights.of(request.inventory(), ofFiles);
    AnswerReader reader = new AnswerReader();
    List<Row> waiting = new ArrayList<>();
    for (FetchedAnswer fetched : answers.join()) {
      LiveAnswer answer = reader.read(fetched);
      LiveRows rows = new LiveRows(answer, empty, paired);
      List<RankResult> ranks = rows.ranks();
      EngineResult engine = rows.engine(ranks);
      answer.problems().forEach(problem -> log(engine.engine(), problem));
      landed.put(engine.engine(), new Landed(answer.spec(), engine, ranks, answer.problems()));
      rankRows.addAll(rows.rows(ranks));
      engineRows.add(rows.row(engine));
      waiting.addAll(rows.tensors());
      if (waiting.size() >= ROWS_OF_A_WRITE) {
        append(waiting, ofFiles, tables);
      }
    }
    append(waiting, ofFiles, tables);
  }

  private static void log(String engine, LiveProblem problem) {
    LOG.info("Engine {}: {}", ForeignText.name(engine), ForeignText.shown(problem.detail()));
  }

  private static void append(List<Row> rows, Dataset<Row> ofFiles, ScanTables tables) {
    if (!rows.isEmpty()) {
      Dataset<Row> ofTable =
          ofFiles.sparkSession().createDataFrame(rows, ScanTable.TENSORS.schema());
      tables.append(ScanTable.TENSORS, ofTable.coalesce(1));
      rows.clear();
    }
  }

  @Override
  public Dataset<Row> ranks(SparkSession session) {
    return session.createDataFrame(rankRows, ScanTable.RANKS.schema());
  }

  @Override
  public Dataset<Row> engines(SparkSession session) {
    return session.createDataFrame(engineRows, ScanTable.ENGINES.schema());
  }

  /** What landed, in the order of the description. */
  public List<Landed> landed() {
    return List.copyOf(landed.values());
  }

  @Override
  public void close() {
    collector.ifPresent(EndpointCollector::close);
    directory.ifPresent(LiveSource::remove);
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
