package io.shardsum.scan.judge;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.checkpoint.ExpectedStage;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ReferenceException;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.SqlStage;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Agreements;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Evidence;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.MisreadHeader;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.Rereadings;
import io.shardsum.verdict.SuspectTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** From ranks to findings: what the tables say, judged by the package {@code verdict}. */
public final class VerdictStage {

  private static final int MOST_READINGS_AGAIN = Rereadings.REPEATS + 3;

  private final SparkSession session;
  private final ScanRequest request;
  private final PastLookup past;
  private final TableEvidence evidence;
  private final List<Row> forms;
  private final List<RankResult> ranks;
  private final List<ComparedGroup> groups;
  private final List<Judging> judgings = new ArrayList<>();
  private final Map<RankHolder, MisreadHeader> misread = new LinkedHashMap<>();
  private final List<FleetVerdict> verdicts = new ArrayList<>();
  private Optional<ExpectedComparison> comparison = Optional.empty();

  /**
   * Groups that are judged together.
   *
   * @param kept which findings are told
   */
  private record Judging(
      List<ComparedGroup> groups,
      Evidence evidence,
      FleetVerdict verdict,
      Predicate<Finding> kept) {

    static Judging of(List<ComparedGroup> groups, Evidence evidence, Predicate<Finding> kept) {
      return new Judging(groups, evidence, new FleetVerdict(groups, evidence), kept);
    }
  }

  /**
   * Judges.
   *
   * @param session has the view {@code tensors}
   * @param forms the rows of {@link SqlStage#FORMS}
   * @param baselines by comparison group
   * @param expected what checkpoints say
   * @param past asked for only where copies differ
   * @throws ReferenceException if trusted engines contradict each other
   */
  public VerdictStage(
      SparkSession session,
      ScanRequest request,
      List<RankResult> ranks,
      List<Row> forms,
      Map<String, BaselineReference> baselines,
      ExpectedStage expected,
      PastLookup past) {
    this.session = session;
    this.request = request;
    this.past = past;
    this.ranks = ranks;
    this.evidence = evidence(ScanTable.TENSORS.tableName());
    this.forms = List.copyOf(forms);
    this.groups = new ComparedGroups(ranks, forms, baselines).of(request.inventory());
    if (expected.isEmpty()) {
      judgings.add(Judging.of(groups, evidence, any -> true));
    } else {
      judge(expected);
    }
  }

  private TableEvidence evidence(String tensors) {
    return new TableEvidence(
        session, tensors, WeightSource.FILES, request.inventory().fleet(), past);
  }

  private void judge(ExpectedStage expected) {
    Map<String, Digest> digests = new HashMap<>();
    request.inventory().engines().forEach(e -> digests.put(e.group(), e.spec().digest()));
    session.table(ScanTable.TENSORS.tableName()).createOrReplaceTempView("contents");
    session
        .createDataFrame(List.<Row>of(), ExpectedComparison.LEFT_OUT)
        .createOrReplaceTempView("left_out");
    ExpectedComparison withExpected =
        new ExpectedComparison(
            session,
            groups,
            group ->
                expected
                    .of(group.label())
                    .map(r -> new ExpectedComparison.Expected(r, digests.get(group.label()))),
            ExpectedComparison.Told.DTYPE_AND_SHAPE);
    judgings.add(
        Judging.of(withExpected.compared(), evidence(ExpectedComparison.COMPARED), any -> true));
    List<ComparedGroup> open = withExpected.open();
    if (!open.isEmpty()) {
      boolean hasDrafts = withExpected.hasDrafts();
      judgings.add(
          Judging.of(
              open,
              evidence(ExpectedComparison.OPEN),
              finding -> hasDrafts || !finding.is(FindingKind.UNVERIFIED)));
    }
    comparison = Optional.of(withExpected);
  }

  /** What is wrong, after what is suspect was read again, and what is zero. */
  public List<Finding> findings(
      SecondReading secondReading, HeaderReading headers, ZeroTensors zeros) {
    List<Finding> findings = new ArrayList<>();
    ranks.stream()
        .filter(rank -> rank.checksum().isEmpty())
        .map(RankResult::finding)
        .forEach(findings::add);
    judgings.forEach(
        judging ->
            judged(readHeadersAgain(judging, headers), secondReading).stream()
                .filter(judging.kept())
                .forEach(findings::add));
    misread.values().forEach(header -> findings.add(header.finding()));
    comparison.ifPresent(with -> findings.addAll(with.findings()));
    findings.addAll(zeros.findings(groups, ranks));
    findings.addAll(ListingFindings.of(request.inventory()));
    return findings;
  }

  /** Without the ranks whose headers were misread: what they were judged by is not theirs. */
  private Judging readHeadersAgain(Judging judging, HeaderReading headers) {
    Set<RankHolder> suspect = new HashSet<>(judging.verdict().otherForms());
    suspect.removeAll(misread.keySet());
    headers.of(suspect).forEach(header -> misread.putIfAbsent(header.holder(), header));
    return misread.isEmpty()
        ? judging
        : Judging.of(
            judging.groups().stream().map(group -> group.without(misread.keySet())).toList(),
            judging.evidence(),
            judging.kept());
  }

  /** Reads again until nobody is blamed for a reading that did not repeat. */
  private List<Finding> judged(Judging judging, SecondReading secondReading) {
    Rereadings rereadings = new Rereadings();
    FleetVerdict now = judging.verdict();
    List<SuspectTensor> open = now.suspects();
    for (int round = 0; round < MOST_READINGS_AGAIN && !open.isEmpty(); round++) {
      if (rereadings.take(secondReading.of(open))) {
        now = rereadings.judge(judging.groups(), judging.evidence());
      }
      open = rereadings.open(now.suspects());
    }
    if (rereadings.end(open)) {
      now = rereadings.judge(judging.groups(), judging.evidence());
    }
    verdicts.add(now);
    return rereadings.findings(now);
  }

  /** Who agrees with whom, by engine, as the findings have it. */
  public Map<String, Agreement> agreements() {
    return Agreements.of(groups, verdicts);
  }

  /** How much of each rank differs, where that is known; to be asked once. */
  public Map<RankOfEngine, CoverageCount.Amount> differing() {
    DifferingTensors differing = new DifferingTensors();
    verdicts.forEach(verdict -> differing.add(verdict.differing()));
    return differing.count(session.table(ScanTable.TENSORS.tableName()));
  }

  public Coverage coverage(
      List<Finding> findings, Map<RankOfEngine, CoverageCount.Amount> differing) {
    Map<RankOfEngine, Long> bytes = new HashMap<>();
    ranks.forEach(rank -> bytes.put(new RankOfEngine(rank.engine(), rank.rank()), rank.bytes()));
    CoverageCount count =
        new CoverageCount(groups, findings, bytes, differing, DifferingTensors.skipped(forms));
    comparison.ifPresent(with -> with.addTo(count));
    return count.coverage(evidence, request.startedAt());
  }
}
