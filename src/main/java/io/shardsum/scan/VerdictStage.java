package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.Rereadings;
import io.shardsum.verdict.SuspectTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** From ranks to findings: what the tables say, judged by the package {@code verdict}. */
final class VerdictStage {

  private static final int MOST_READINGS_AGAIN = 3;

  private final ScanRequest request;
  private final TableEvidence evidence;
  private final List<Row> forms;
  private final List<RankResult> ranks;
  private final List<ComparedGroup> groups;
  private final FleetVerdict verdict;

  /**
   * Judges.
   *
   * @param session has the view {@code tensors}
   * @param forms the rows of {@link SqlStage#FORMS}
   * @param baselines by comparison group
   * @throws ReferenceException if trusted engines contradict each other
   */
  VerdictStage(
      SparkSession session,
      ScanRequest request,
      List<RankResult> ranks,
      List<Row> forms,
      Map<String, BaselineReference> baselines) {
    this.request = request;
    this.ranks = ranks;
    this.evidence =
        new TableEvidence(
            session,
            WeightSource.FILES,
            request.inventory().fleet(),
            () -> new EarlierScans(session, request.out()));
    this.forms = List.copyOf(forms);
    this.groups = new ComparedGroups(ranks, forms, baselines).of(request.inventory());
    this.verdict = new FleetVerdict(groups, evidence);
  }

  /** What is wrong, after what is suspect was read a second time. */
  List<Finding> findings(SecondReading secondReading) {
    List<Finding> findings = new ArrayList<>();
    ranks.stream()
        .filter(rank -> rank.checksum().isEmpty())
        .map(RankResult::finding)
        .forEach(findings::add);
    findings.addAll(judged(secondReading));
    findings.addAll(FindingRow.ofProblems(request.inventory()));
    return findings;
  }

  /** Reads again until nobody is blamed for a reading that did not repeat. */
  private List<Finding> judged(SecondReading secondReading) {
    Rereadings rereadings = new Rereadings();
    FleetVerdict now = verdict;
    List<SuspectTensor> open = now.suspects();
    for (int round = 0; round < MOST_READINGS_AGAIN && !open.isEmpty(); round++) {
      if (rereadings.take(secondReading.of(open))) {
        now = rereadings.judge(groups, evidence);
      }
      open = rereadings.open(now.suspects());
    }
    if (rereadings.end(open)) {
      now = rereadings.judge(groups, evidence);
    }
    return rereadings.findings(now);
  }

  Coverage coverage(List<Finding> findings) {
    Map<List<Object>, Long> bytes = new HashMap<>();
    ranks.forEach(rank -> bytes.put(List.of(rank.engine(), rank.rank()), rank.bytes()));
    return new CoverageCount(groups, findings, bytes, forms)
        .coverage(evidence, request.startedAt());
  }
}
