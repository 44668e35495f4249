package io.shardsum.scan.reuse;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.Authority;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.files.ScanViews;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.reuse.ReusePlan.Reused;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.Query;
import io.shardsum.tables.Release;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * What a scan takes from earlier scans instead of reading it: the rows of files that have not
 * changed. They land ahead of those that are read. A file whose row takes part in a difference is
 * read before anybody is judged, and its row goes: it neither blames a copy nor clears one.
 */
public final class Reuse {

  private static final int FILES_OF_A_LANDED_FILE = 10_000;

  private static final StructType KEPT =
      StructType.fromDDL(
          "engine STRING, rank INT, role STRING, file STRING, scan_date STRING, scan_id STRING");

  private final SparkSession session;
  private final ScanRequest request;
  private final List<PlannedFile> files;
  private final ScanTables tables;
  private final PastLookup past;
  private final Map<String, EngineInventory> engines;
  private ReusePlan plan;

  private Reuse(
      SparkSession session,
      ScanRequest request,
      List<PlannedFile> files,
      ScanTables tables,
      PastLookup past) {
    this.session = session;
    this.request = request;
    this.files = files;
    this.tables = tables;
    this.past = past;
    this.engines =
        request.inventory().engines().stream()
            .collect(Collectors.toMap(engine -> engine.spec().name(), engine -> engine));
    this.plan = ReusePlan.readingAll(files);
  }

  /**
   * Plans, and lands what is reused: nothing, where the request does not say for how many days.
   *
   * @param past an earlier scan that cannot be read is not asked
   */
  public static Reuse land(
      SparkSession session,
      ScanRequest request,
      List<PlannedFile> files,
      ScanTables tables,
      PastLookup past) {
    Reuse reuse = new Reuse(session, request, files, tables, past);
    request.rereadDays().ifPresent(days -> reuse.land(scans -> reuse.plan(scans, days)));
    return reuse;
  }

  private interface Planning {
    ReusePlan plan(EarlierScans scans);
  }

  private void land(Planning planning) {
    plan =
        past.ask(
            scans -> {
              ReusePlan planned = planning.plan(scans);
              tables.removeReused(session.sparkContext().hadoopConfiguration());
              if (!planned.reused().isEmpty()) {
                NamedJobs.named(
                    session,
                    "reuse digests of " + NumberWords.count(planned.reused().size(), "file"),
                    () -> {
                      tables.appendReused(rows(planned.reused(), scans));
                      return planned;
                    });
              }
              return planned;
            },
            () -> {
              tables.removeReused(session.sparkContext().hadoopConfiguration());
              return ReusePlan.readingAll(files);
            });
  }

  private ReusePlan plan(EarlierScans scans, int days) {
    if (!scans.exist()) {
      return ReusePlan.readingAll(files);
    }
    SparkSession ofScans = scans.view("scans").sparkSession();
    Map<HashedFile.Key, HashedFile> hashed = new HashMap<>();
    Query.of("reuse/hashed_files")
        .with(
            "expected_engines",
            ofScans.createDataFrame(
                ScanViews.expectedEngines(request.inventory()), ScanViews.EXPECTED_ENGINES))
        .parameter("fleet", request.inventory().fleet())
        .parameter("tool_version", Release.VERSION)
        .parameter(
            "since", ScanId.dateOf(request.startedAt().minus(Duration.ofDays(days))).toString())
        .in(ofScans)
        .collectAsList()
        .forEach(
            row -> {
              HashedFile file = HashedFile.of(row);
              hashed.put(file.key(), file);
            });
    return ReusePlan.of(files, hashed, withOpenFindings(scans), days, request.startedAt());
  }

  /**
   * That there is no copy to compare with is known of an engine that is still alone, whatever is
   * read.
   */
  private Set<String> withOpenFindings(EarlierScans scans) {
    Set<String> open = new HashSet<>();
    for (Row row :
        scans.rows(
            Query.of("reuse/open_findings").parameter("fleet", request.inventory().fleet()))) {
      EngineInventory engine = engines.get(row.<String>getAs("engine"));
      if (engine != null
          && !(row.getAs("kind").equals(FindingKind.UNVERIFIED.name()) && isAlone(engine))) {
        open.add(engine.spec().name());
      }
    }
    return open;
  }

  private boolean isAlone(EngineInventory engine) {
    return engines.values().stream().filter(e -> e.group().equals(engine.group())).count() == 1;
  }

  private Dataset<Row> rows(List<Reused> reused, EarlierScans scans) {
    List<Row> kept = reused.stream().map(Reused::hashed).map(Reuse::row).toList();
    Set<String> ids = reused.stream().map(of -> of.hashed().scanId()).collect(Collectors.toSet());
    Column[] columns =
        ScanTable.TENSORS.columns().stream()
            .map(ScanTable.Column::name)
            .map(functions::col)
            .toArray(Column[]::new);
    return scans
        .landed(
            ScanTable.TENSORS,
            WeightSource.FILES,
            ScanTable.TENSORS.schema().add("scan_date", "string").add("scan_id", "string"),
            session)
        .where(col("scan_id").isInCollection(ids))
        .join(broadcast(session.createDataFrame(kept, KEPT)), KEPT.fieldNames())
        .withColumn("evidence", lit("REUSED"))
        .withColumn("read_through", lit(null).cast("string"))
        .select(columns)
        .coalesce(1 + reused.size() / FILES_OF_A_LANDED_FILE);
  }

  private static Row row(HashedFile file) {
    return NamedRow.of(KEPT)
        .with("engine", file.key().engine())
        .with("rank", file.key().rank())
        .with("role", file.key().role())
        .with("file", file.key().path())
        .with("scan_date", file.scanDate())
        .with("scan_id", file.scanId())
        .row();
  }

  /** The files that are to be read. */
  public List<PlannedFile> filesToRead() {
    return plan.read();
  }

  /** Whether every file is read. */
  public boolean isNothing() {
    return plan.reused().isEmpty();
  }

  /**
   * Gives up what takes part in differences.
   *
   * @return the files that are to be read now; their rows are gone
   */
  public List<PlannedFile> suspects(List<Finding> findings) {
    List<Finding> differences = findings.stream().filter(Finding::isDifference).toList();
    return giveUp(of -> differences.stream().anyMatch(finding -> takesPart(of, finding)));
  }

  /** As {@link #suspects}: of engines that are trusted, and contradict each other. */
  public List<PlannedFile> trusted() {
    return giveUp(of -> engine(of).spec().authority() == Authority.REFERENCE);
  }

  private List<PlannedFile> giveUp(Predicate<Reused> suspect) {
    Set<Reused> more = plan.reused().stream().filter(suspect).collect(Collectors.toSet());
    if (more.isEmpty()) {
      return List.of();
    }
    Set<HashedFile.Key> read =
        plan.read().stream().map(HashedFile.Key::of).collect(Collectors.toSet());
    ReusePlan fewer = plan.reading(more);
    land(scans -> fewer);
    return plan.read().stream().filter(file -> !read.contains(HashedFile.Key.of(file))).toList();
  }

  private EngineInventory engine(Reused of) {
    return engines.get(of.hashed().key().engine());
  }

  /** All copies of a rank take part in what is said of one of them. */
  private boolean takesPart(Reused of, Finding finding) {
    EngineInventory engine = engine(of);
    int rankInReplica = engine.spec().parallelism().rankInReplica(of.hashed().key().rank());
    if (finding.engine().isEmpty()) {
      return finding.location().filter(label -> !label.equals(engine.group())).isEmpty()
          && (finding.ranks().isEmpty() || finding.ranks().contains(rankInReplica));
    }
    EngineInventory blamed = engines.get(finding.engine().get());
    return blamed != null
        && blamed.group().equals(engine.group())
        && (finding.ranks().isEmpty()
            || finding.ranks().stream()
                .anyMatch(
                    rank -> blamed.spec().parallelism().rankInReplica(rank) == rankInReplica));
  }
}
