package io.shardsum.scan.checkpoint;

import io.shardsum.expect.ExpectationStore;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.io.ListedFile;
import io.shardsum.scan.files.CachedReads;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.ReferenceException;
import io.shardsum.tables.RowSource;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engines of a scan must hold by their checkpoints: planned before anything is read, then
 * hashed, and landed in the same tables.
 */
public final class CheckpointSource implements RowSource {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointSource.class);

  private final List<ExpectedModel> models;
  private final ScanRequest request;
  private final Set<Finding> findings = new LinkedHashSet<>();
  private final Map<String, ExpectedResult> results = new HashMap<>();
  private final Set<String> misread = new HashSet<>();
  private final Map<String, Integer> readAnew = new HashMap<>();
  private final Map<String, Finding> misreadFindings = new LinkedHashMap<>();

  private CheckpointSource(List<ExpectedModel> models, ScanRequest request) {
    this.models = models;
    this.request = request;
  }

  /**
   * Plans.
   *
   * @throws ReferenceException if a checkpoint does not fit its engines
   */
  public static CheckpointSource plan(ScanRequest request, SparkSession session) {
    return new CheckpointSource(
        new ExpectedPlans(
                request.inventory(),
                request.baseline(),
                request.reading(),
                session.sparkContext().hadoopConfiguration())
            .models(),
        request);
  }

  @Override
  public boolean isEmpty() {
    return models.isEmpty();
  }

  /** Reads the checkpoints, unless that was done before and they have not changed. */
  public void read(SparkSession session) {
    if (isEmpty()) {
      return;
    }
    ExpectationStore store = store(session);
    for (ExpectedModel model : models) {
      Optional<ExpectationStore.Kept> kept = store.find(model.subject(), request.startedAt());
      kept.ifPresent(of -> findings.add(ofKept(model, of.hashedAt())));
      kept.ifPresent(of -> LOG.info("Kept digests of {}, of {}", model.name(), of.hashedAt()));
      HashedExpectation hashed =
          kept.map(ExpectationStore.Kept::hashed).orElseGet(() -> hashed(model, store, session));
      results.put(model.group(), new ExpectedResult(model, hashed));
    }
  }

  /** Takes note that a second reading of a checkpoint gave other bytes than the first. */
  public void noteMisread(String group) {
    misread.add(group);
  }

  /**
   * Reads the checkpoints anew of which two readings differ. Nobody is blamed for a reading that
   * another contradicts: if the limits forbid to read one anew, nothing is compared with it.
   *
   * @return the groups of which something else is expected now
   */
  public Set<String> readMisreadAnew(RereadLimits limits, SparkSession session) {
    Set<String> groups = Set.copyOf(misread);
    misread.clear();
    for (ExpectedModel model : models) {
      String group = model.group();
      if (groups.contains(group)) {
        findings.removeIf(of -> of.location().equals(Optional.of(group)));
        store(session).forget(model.subject());
        ExpectedResult first = results.get(group);
        Optional<String> refusal = refusal(model, limits);
        if (refusal.isPresent()) {
          results.put(group, ExpectedResult.refused(model, refusal.get()));
        } else {
          ExpectedResult now = new ExpectedResult(model, hashed(model, store(session), session));
          results.put(group, now);
          misreadFindings.put(group, now.insteadOf(first));
        }
      }
    }
    return groups;
  }

  /** Why a checkpoint is not read once more; empty if it is. */
  private Optional<String> refusal(ExpectedModel model, RereadLimits limits) {
    if (readAnew.merge(model.group(), 1, Integer::sum) > RereadLimits.MOST_ANEW) {
      return Optional.of("readings of the checkpoint differ: scan again");
    }
    long bytes = model.checkpoint().files().stream().mapToLong(ListedFile::lengthBytes).sum();
    return bytes > limits.fileBytes()
        ? Optional.of("two readings of the checkpoint differ, and " + limits.fileReason())
        : Optional.empty();
  }

  /** Lands the tensors that are expected. */
  public void landTensors(SparkSession session, ScanTables tables) {
    if (isEmpty()) {
      return;
    }
    List<Row> rows = new ArrayList<>();
    byEngine().forEach(engine -> rows.addAll(engine.tensors()));
    Dataset<Row> ofTable = session.createDataFrame(rows, ScanTable.TENSORS.schema());
    tables.append(ScanTable.TENSORS, ofTable.coalesce(1));
  }

  /**
   * Forgets the digests of checkpoints from which somebody differs. They, too, may come of bytes
   * that were misread: the next scan reads these checkpoints again.
   *
   * @param judged the findings of the scan
   */
  public void forgetWhatIsDoubted(List<Finding> judged, SparkSession session) {
    List<Subject> different =
        judged.stream().filter(Finding::isDifference).map(Finding::subject).toList();
    for (ExpectedModel model : models) {
      if (different.stream()
          .anyMatch(subject -> subject.engine().map(model.engines()::contains).orElse(true))) {
        store(session).forget(model.subject());
      }
    }
  }

  private ExpectationStore store(SparkSession session) {
    return new ExpectationStore(
        request.out(), session.sparkContext().hadoopConfiguration(), mostAge(session));
  }

  /** What is to be known of the digests, besides what does not follow from a checkpoint. */
  public Set<Finding> findings() {
    return findings;
  }

  /** One for each checkpoint of which two readings differ. */
  public Collection<Finding> misreadFindings() {
    return misreadFindings.values();
  }

  private static Finding ofKept(ExpectedModel model, Instant hashedAt) {
    return Finding.of(
        FindingKind.REFERENCE,
        Subject.EVERYBODY,
        Comparison.NONE,
        Optional.of(model.group()),
        "%s was not read again, since lengths and times of its files are the same: its digests were computed at %s (%s=0 reads it in each scan)"
            .formatted(
                model.name(), hashedAt.truncatedTo(ChronoUnit.SECONDS), ScanSettings.REHASH_DAYS));
  }

  private static Duration mostAge(SparkSession session) {
    String days =
        session
            .conf()
            .get(ScanSettings.REHASH_DAYS, Long.toString(ExpectationStore.USUAL_AGE.toDays()));
    return Duration.ofDays(ScanSettings.days(ScanSettings.REHASH_DAYS, days));
  }

  private HashedExpectation hashed(
      ExpectedModel model, ExpectationStore store, SparkSession session) {
    RecipeHashing.Hashed hashed =
        NamedJobs.named(
            session,
            "hash " + ForeignText.shown(model.name()),
            () -> new RecipeHashing(session, request.reading()).hash(model));
    if (!hashed.throughCache().isEmpty()) {
      findings.add(
          CachedReads.note("files of %s came".formatted(model.name()), hashed.throughCache()));
    }
    if (hashed.isWhole()) {
      store.keep(model.subject(), hashed.results(), request.startedAt());
    }
    return HashedExpectation.of(
        model.expectation(), model.expectation().groups(), hashed.results());
  }

  private List<ExpectedRows> byEngine() {
    List<ExpectedRows> rows = new ArrayList<>();
    for (ExpectedModel model : models) {
      model
          .engines()
          .forEach(engine -> rows.add(new ExpectedRows(engine, results.get(model.group()))));
    }
    return rows;
  }

  @Override
  public Dataset<Row> ranks(SparkSession session) {
    List<Row> rows = new ArrayList<>();
    byEngine().forEach(engine -> rows.addAll(engine.ranks()));
    return session.createDataFrame(rows, ScanTable.RANKS.schema());
  }

  @Override
  public Dataset<Row> engines(SparkSession session) {
    List<Row> rows = new ArrayList<>();
    byEngine().forEach(engine -> rows.add(engine.engine()));
    return session.createDataFrame(rows, ScanTable.ENGINES.schema());
  }

  /** What the engines of a comparison group must hold, if a checkpoint says it. */
  public Optional<ExpectedResult> result(String group) {
    return Optional.ofNullable(results.get(group));
  }

  /** What the files of a comparison group must hold. */
  public Optional<ExpectedComparison.Expected> expectedOfFiles(String group) {
    return result(group)
        .map(
            result ->
                new ExpectedComparison.Expected(
                    result, digestOfFiles(group), ExpectedComparison.Detail.DTYPES_AND_SHAPES));
  }

  private Digest digestOfFiles(String group) {
    return request.inventory().engines().stream()
        .filter(engine -> engine.group().equals(group))
        .map(engine -> engine.spec().digest())
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  /** What a running engine must hold: it reports digests, and neither dtypes nor shapes. */
  public Optional<ExpectedComparison.Expected> expectedOfRunning(LiveSpec engine) {
    return result(engine.group())
        .map(
            result ->
                new ExpectedComparison.Expected(
                    result,
                    ExpectedPlans.digestOf(engine.endpoint().kind()),
                    ExpectedComparison.Detail.DIGESTS));
  }
}
