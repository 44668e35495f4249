package io.shardsum.scan.live;

import io.shardsum.fleet.WeightSource;
import io.shardsum.live.LiveProblem;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankStatus;
import io.shardsum.verdict.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.apache.spark.sql.Row;

/** What is found in the answers of running engines by themselves, and that nothing was compared. */
final class LiveFindings {

  private LiveFindings() {}

  /** What is wrong with an answer, and what its engine did not hash. */
  static List<Finding> ofAnswer(LiveSource.Landed landed) {
    String engine = landed.spec().engine();
    List<Finding> findings = new ArrayList<>();
    landed.problems().forEach(problem -> findings.add(ofProblem(engine, problem)));
    for (RankResult rank : landed.ranks()) {
      if (rank.status() == RankStatus.PARTIAL) {
        findings.add(
            LiveWording.finding(
                FindingKind.NOT_CHECKED,
                Subject.rank(engine, rank.rank()),
                Comparison.NONE,
                Optional.of(
                    rank.isSkipped()
                        ? "skip patterns that match every name"
                        : "weights that the engine has repacked, so that the parameters are empty"),
                rank.reason().orElseThrow()));
      }
    }
    return findings;
  }

  private static Finding ofProblem(String engine, LiveProblem problem) {
    FindingKind kind =
        switch (problem.kind()) {
          case UNREACHABLE -> FindingKind.UNREACHABLE;
          case MALFORMED_ANSWER -> FindingKind.MALFORMED_ANSWER;
          case ENGINE_DIGEST_WRONG -> FindingKind.ENGINE_DIGEST_WRONG;
          case NOT_CHECKED -> FindingKind.NOT_CHECKED;
        };
    Subject subject =
        problem.ranks().size() == 1
            ? Subject.rank(engine, problem.ranks().get(0))
            : Subject.engine(engine);
    return new Finding(
            subject.from(WeightSource.LIVE),
            kind.name(),
            kind.severity(),
            new Comparison(problem.expected(), problem.actual(), Optional.empty()),
            Optional.of(problem.cause()),
            Optional.empty(),
            problem.detail())
        .aboutRanks(problem.ranks());
  }

  /** What rows of {@code sql/live/unreported.sql} or {@code left_out_alone.sql} say. */
  static List<Finding> unreported(List<Row> rows) {
    return rows.stream().map(LiveFindings::unreported).toList();
  }

  private static Finding unreported(Row row) {
    long count = row.<Long>getAs("tensors");
    String why = row.getAs("why");
    String sentence =
        switch (why) {
          case "MISSING" ->
              LiveWording.counted(
                  count,
                  "of other running engines is not in the answer",
                  "of other running engines are not in the answer");
          case "ALONE" ->
              LiveWording.counted(
                  count,
                  "is in the answer of no other running engine: not compared",
                  "are in the answer of no other running engine: not compared");
          case "LEFT_OUT" -> LiveWording.leftOut(count);
          default -> throw new IllegalArgumentException("unknown reason: " + why);
        };
    return LiveWording.notChecked(
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        why.equals("LEFT_OUT") ? LiveWording.OTHER_PROFILE : LiveWording.OTHER_NAMES,
        sentence,
        LiveWording.names(row.getList(row.fieldIndex("first")), count));
  }

  /** An engine that was compared with nothing, and the engines at the same address. */
  static Finding unverified(String engine, SortedSet<String> same) {
    return unverified(Subject.engine(engine), same);
  }

  /** Ranks that were compared with nothing, and the engines at the same address. */
  static Finding unverified(String engine, SortedSet<Integer> ranks, SortedSet<String> same) {
    return ranks.size() == 1
        ? unverified(Subject.rank(engine, ranks.first()), same)
        : unverified(Subject.engine(engine), same).aboutRanks(ranks);
  }

  private static Finding unverified(Subject subject, SortedSet<String> same) {
    return new Finding(
        subject.from(WeightSource.LIVE),
        FindingKind.UNVERIFIED.name(),
        FindingKind.UNVERIFIED.severity(),
        Comparison.of("files, or another running engine, to compare with", "none"),
        Optional.of(FindingKind.UNVERIFIED.cause()),
        Optional.empty(),
        same.isEmpty()
            ? "no files and no other running engine: compared with nothing"
            : "no files, and the same address as %s: compared with nothing"
                .formatted(String.join(", ", same)));
  }
}
