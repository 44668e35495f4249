package io.shardsum.scan.judge;

import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Agreements;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Evidence;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.Rereadings;
import io.shardsum.verdict.SuspectTensor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Judges the copies of one source: each comparison group by its reference or by votes, with what
 * the tables know as evidence, and after what differs was read again.
 */
public final class Judge {

  private static final int MOST_READINGS_AGAIN = Rereadings.REPEATS + 3;

  private final CopySource copies;
  private final SparkSession session;
  private final String fleet;
  private final PastLookup past;
  private final List<FleetVerdict> verdicts = new ArrayList<>();

  private Judge(CopySource copies, String fleet, PastLookup past) {
    this.copies = copies;
    this.session = copies.tensors().sparkSession();
    this.fleet = fleet;
    this.past = past;
  }

  /**
   * Judges.
   *
   * @param past asked for only where copies differ
   * @param startedAt when the scan began
   */
  public static Judgement judge(
      CopySource copies, String fleet, PastLookup past, Instant startedAt) {
    return NamedJobs.named(
        copies.tensors().sparkSession(),
        switch (copies.source()) {
          case LIVE -> "judge running engines";
          case FILES, EXPECTED -> "judge files";
        },
        () -> new Judge(copies, fleet, past).judgement(startedAt));
  }

  private Judgement judgement(Instant startedAt) {
    List<Finding> findings = new ArrayList<>();
    List<ComparedGroup> groups = copies.groups();
    Optional<ExpectedComparison> withExpected = withExpected(groups);
    List<ComparedGroup> judged = withExpected.map(ExpectedComparison::compared).orElse(groups);
    Dataset<Row> compared =
        withExpected.map(ExpectedComparison::comparedTensors).orElseGet(copies::compared);
    Evidence evidence = evidence(compared);
    findings.addAll(judged(judged, evidence, copies::holds));
    withExpected.ifPresent(with -> findings.addAll(judgedOpen(with)));
    copies.secondReader().ifPresent(of -> findings.addAll(of.known().transientReads()));
    withExpected.ifPresent(with -> findings.addAll(with.findings()));
    findings.addAll(copies.otherFindings(judged));
    List<Finding> ofSource =
        findings.stream().map(finding -> finding.from(copies.source())).toList();
    DifferingTensors differing = new DifferingTensors();
    verdicts.forEach(verdict -> differing.add(verdict.differing()));
    copies.addTo(differing);
    Map<RankOfEngine, CoverageCount.Amount> amounts = differing.count(copies.tensors());
    return new Judgement(
        copies.source(),
        ofSource,
        Agreements.of(copies.wholes(), verdicts),
        amounts,
        coverage(groups, ofSource, amounts, withExpected, evidence, startedAt));
  }

  private Optional<ExpectedComparison> withExpected(List<ComparedGroup> groups) {
    return groups.stream().noneMatch(group -> copies.expected(group).isPresent())
        ? Optional.empty()
        : Optional.of(
            ExpectedComparison.of(
                session, groups, copies.compared(), copies.leftOut(), copies::expected));
  }

  private Evidence evidence(Dataset<Row> tensors) {
    return new TableEvidence(tensors, copies.source(), fleet, past);
  }

  /** What a checkpoint leaves open is compared among the copies. */
  private List<Finding> judgedOpen(ExpectedComparison withExpected) {
    List<ComparedGroup> open = withExpected.open();
    if (open.isEmpty()) {
      return List.of();
    }
    boolean hasDrafts = withExpected.hasDrafts();
    return judged(
        open,
        evidence(withExpected.openTensors()),
        finding -> copies.holds(finding) && (hasDrafts || !finding.is(FindingKind.UNVERIFIED)));
  }

  private List<Finding> judged(
      List<ComparedGroup> groups, Evidence evidence, Predicate<Finding> kept) {
    FleetVerdict verdict = new FleetVerdict(groups, evidence);
    List<Finding> findings =
        copies
            .secondReader()
            .map(reader -> judgedAgain(verdict, groups, evidence, reader))
            .orElseGet(
                () -> {
                  verdicts.add(verdict);
                  return verdict.findings();
                });
    return findings.stream().filter(kept).toList();
  }

  /** Reads again until nobody is blamed for a reading that did not repeat. */
  private List<Finding> judgedAgain(
      FleetVerdict first, List<ComparedGroup> all, Evidence evidence, SecondReader reader) {
    List<ComparedGroup> groups = withoutMisread(first, all, reader);
    Rereadings rereadings = reader.known();
    FleetVerdict now = rereadings.isEmpty() ? first : rereadings.judge(groups, evidence);
    List<SuspectTensor> open = rereadings.open(now.suspects());
    for (int round = 0; round < MOST_READINGS_AGAIN && !open.isEmpty(); round++) {
      if (rereadings.take(reader.tensors().readAgain(open))) {
        now = rereadings.judge(groups, evidence);
      }
      open = rereadings.open(now.suspects());
    }
    if (rereadings.end(open)) {
      now = rereadings.judge(groups, evidence);
    }
    verdicts.add(now);
    return rereadings.findings(now);
  }

  private static List<ComparedGroup> withoutMisread(
      FleetVerdict verdict, List<ComparedGroup> groups, SecondReader reader) {
    Set<RankHolder> suspect = new HashSet<>(verdict.otherMetadata());
    suspect.removeAll(reader.known().misreadHeaders());
    reader.known().take(reader.headers().readAgain(suspect));
    Set<RankHolder> misread = reader.known().misreadHeaders();
    return misread.isEmpty()
        ? groups
        : groups.stream().map(group -> group.without(misread)).toList();
  }

  private Coverage coverage(
      List<ComparedGroup> groups,
      List<Finding> findings,
      Map<RankOfEngine, CoverageCount.Amount> differing,
      Optional<ExpectedComparison> withExpected,
      Evidence evidence,
      Instant startedAt) {
    Map<RankOfEngine, Long> bytes = new HashMap<>();
    Map<String, Instant> hashedAt = new HashMap<>();
    for (RankResult rank : copies.ranks()) {
      bytes.put(new RankOfEngine(rank.engine(), rank.rank()), rank.bytes());
      rank.hashedAt()
          .ifPresent(
              at ->
                  hashedAt.merge(
                      rank.engine(), at, BinaryOperator.minBy(Comparator.naturalOrder())));
    }
    CoverageCount count = new CoverageCount(groups, findings, bytes, differing, copies.skipped());
    withExpected.ifPresent(with -> with.addTo(count));
    return count.coverage(evidence, startedAt, hashedAt);
  }
}
