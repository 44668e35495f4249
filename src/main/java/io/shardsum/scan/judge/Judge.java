package io.shardsum.scan.judge;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ReferenceException;
import io.shardsum.verdict.Agreements;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Evidence;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.RankCopy;
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
   * @throws ReferenceException if engines that are trusted contradict each other, and none of them
   *     was misread
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
    copies.contradictions().forEach(this::requireMisread);
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

  /** What is trusted is read again, too, before it is said that it differs. */
  private void requireMisread(ComparedGroup trusted) {
    List<ComparedGroup> groups = List.of(trusted);
    Evidence evidence = evidence(copies.compared());
    copies
        .secondReader()
        .ifPresent(
            reader -> judgedAgain(new FleetVerdict(groups, evidence), groups, evidence, reader));
    boolean misread =
        copies.secondReader().stream()
            .flatMap(reader -> reader.known().misread().stream())
            .anyMatch(
                holder -> trusted.copies().stream().anyMatch(of -> of.holder().equals(holder)));
    if (!misread) {
      throw contradiction(trusted);
    }
  }

  private static ReferenceException contradiction(ComparedGroup trusted) {
    RankCopy one = trusted.copies().get(0);
    RankCopy other =
        trusted.copies().stream()
            .filter(copy -> !copy.content().equals(one.content()))
            .findFirst()
            .orElseThrow();
    return new ReferenceException(
        "Cannot compare with what is trusted in %s: rank %s of engine %s differs from rank %s of engine %s: expected trusted copies to be equal"
            .formatted(
                ComparisonGroup.words(trusted.label()),
                Integer.toString(other.rank()),
                other.engine(),
                Integer.toString(one.rank()),
                one.engine()));
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
    FleetVerdict first = new FleetVerdict(groups, evidence);
    Optional<SecondReader> second = copies.secondReader();
    FleetVerdict verdict =
        second.map(reader -> judgedAgain(first, groups, evidence, reader)).orElse(first);
    verdicts.add(verdict);
    return second
        .map(reader -> reader.known().findings(verdict))
        .orElseGet(verdict::findings)
        .stream()
        .filter(kept)
        .toList();
  }

  /** Reads again until nobody is blamed for a reading that did not repeat. */
  private static FleetVerdict judgedAgain(
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
    return now;
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
