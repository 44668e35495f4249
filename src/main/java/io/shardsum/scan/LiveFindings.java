package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.live.LiveProblem;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** What is said of running engines by themselves, and beside their files. */
final class LiveFindings {

  private static final int TENSORS_OF_THEIR_OWN = 16;
  private static final int NAMES = 10;
  private static final String OF_ANOTHER_EXPORT =
      "files that are not those that the engine has loaded, or a load that went wrong";

  private LiveFindings() {}

  /** What is wrong with an answer by itself, and what its engine did not look at. */
  static List<Finding> ofAnswer(LiveStage.Landed landed) {
    String engine = landed.spec().engine();
    List<Finding> findings = new ArrayList<>();
    landed.problems().forEach(problem -> findings.add(ofProblem(engine, problem)));
    for (LiveRankResult rank : landed.result().ranks()) {
      if (rank.status().equals(LiveRankResult.PARTIAL)) {
        findings.add(
            finding(
                FindingKind.NOT_CHECKED,
                Subject.rank(engine, rank.rank()),
                Comparison.NONE,
                Optional.of("weights that the engine has repacked, and left empty where they were"),
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
    Optional<String> location =
        problem.ranks().size() < 2 ? Optional.empty() : Optional.of(location(problem.ranks()));
    return new Finding(
        subject.from(WeightSource.LIVE),
        kind.name(),
        kind.severity(),
        new Comparison(problem.expected(), problem.actual(), Optional.empty()),
        Optional.of(problem.cause()),
        location,
        problem.detail());
  }

  /** What rows of {@code sql/live/against_files.sql} say. */
  static List<Finding> againstFiles(List<Row> rows, RereadLimits limits) {
    Map<String, Map<Integer, List<Row>>> byEngine = new TreeMap<>();
    for (Row row : rows) {
      byEngine
          .computeIfAbsent(row.getAs("engine"), any -> new TreeMap<>())
          .computeIfAbsent(row.getAs("rank"), any -> new ArrayList<>())
          .add(row);
    }
    List<Finding> findings = new ArrayList<>();
    byEngine.forEach(
        (engine, byRank) ->
            byRank.forEach(
                (rank, ofRank) -> findings.addAll(ofRank(engine, rank, ofRank, limits))));
    return findings;
  }

  private static List<Finding> ofRank(
      String engine, int rank, List<Row> rows, RereadLimits limits) {
    Map<String, Row> byWhat =
        rows.stream().collect(Collectors.toMap(row -> row.getAs("what"), row -> row));
    boolean anyEqual = byWhat.containsKey("EQUAL") || byWhat.containsKey("OFFLOADED");
    List<Finding> findings = new ArrayList<>();
    for (Row row : rows) {
      long count = row.<Long>getAs("tensors");
      switch (row.<String>getAs("what")) {
        case "DIFFERS" ->
            findings.addAll(
                differing(
                    engine,
                    rank,
                    row,
                    "%s other bytes in the engine than in its files",
                    anyEqual ? Optional.empty() : Optional.of(OF_ANOTHER_EXPORT)));
        case "ENGINE_ONLY" ->
            findings.addAll(
                differing(
                    engine,
                    rank,
                    row,
                    "%s there in the engine, and not in its files",
                    Optional.of(OF_ANOTHER_EXPORT)));
        case "FILE_ONLY" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "a release that reports other names, or an answer that lacks some",
                    "%s of its files: the engine does not report %s: %s"
                        .formatted(tensors(count), count == 1 ? "it" : "them", names(row))));
        case "OPEN" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "the memory of the CPU, or bytes that differ",
                    "%s another checksum than %s, as one in the memory of the CPU has; --digest both tells: %s: %s"
                        .formatted(
                            tensors(count) + (count == 1 ? " has" : " have"),
                            count == 1 ? "its file" : "their files",
                            limits.reason(),
                            names(row))));
        case "OTHER_DIGEST" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "files hashed in another way than the engine's",
                    "%s cannot be compared with files: hashed in different ways (--digest both makes"
                            .formatted(tensors(count))
                        + " them comparable)"));
        default -> {
          // Equal, of a kind that no engine reports, or told by the rank as not looked at.
        }
      }
    }
    return findings;
  }

  private static List<Finding> differing(
      String engine, int rank, Row row, String sentence, Optional<String> cause) {
    long count = row.<Long>getAs("tensors");
    List<Row> first = row.getList(row.fieldIndex("first"));
    if (count > TENSORS_OF_THEIR_OWN) {
      String what = tensors(count) + (sentence.contains("there") ? " are" : " have");
      return List.of(
          finding(
              FindingKind.LIVE_DIFFERS,
              Subject.rank(engine, rank),
              Comparison.NONE,
              cause,
              sentence.formatted(what) + ": " + names(row)));
    }
    String what = "1 tensor" + (sentence.contains("there") ? " is" : " has");
    return first.stream()
        .map(
            tensor ->
                finding(
                    FindingKind.LIVE_DIFFERS,
                    Subject.tensor(
                        engine, rank, new TensorName(tensor.getAs("role"), tensor.getAs("tensor"))),
                    Comparison.of(tensor.getAs("expected"), tensor.getAs("actual")),
                    cause,
                    sentence.formatted(what)))
        .toList();
  }

  private static Finding notChecked(String engine, int rank, String cause, String detail) {
    return finding(
        FindingKind.NOT_CHECKED,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.of(cause),
        detail);
  }

  /** What rows of {@code sql/live/unreported.sql} say. */
  static List<Finding> unreported(List<Row> rows) {
    return rows.stream().map(LiveFindings::unreported).toList();
  }

  private static Finding unreported(Row row) {
    long count = row.<Long>getAs("tensors");
    List<String> first = row.getList(row.fieldIndex("first"));
    String names =
        String.join(", ", first)
            + (count > first.size() ? " and " + (count - first.size()) + " more" : "");
    String sentence =
        row.getAs("why").equals("MISSING")
            ? "%s of other running engines: the engine does not report %s: %s"
            : "%s that no other running engine reports: nothing to compare %s with: %s";
    return notChecked(
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        "a release that reports other names, or an answer that lacks some",
        sentence.formatted(tensors(count), count == 1 ? "it" : "them", names));
  }

  /** An engine of which nothing was compared with anything, and those at the same address. */
  static Finding unverified(String engine, SortedSet<String> same) {
    return unverified(Subject.engine(engine), Optional.empty(), same);
  }

  /** Ranks that were compared with nothing, and the engines at the same address. */
  static Finding unverified(String engine, SortedSet<Integer> ranks, SortedSet<String> same) {
    return ranks.size() == 1
        ? unverified(Subject.rank(engine, ranks.first()), Optional.empty(), same)
        : unverified(Subject.engine(engine), Optional.of(location(ranks)), same);
  }

  private static Finding unverified(
      Subject subject, Optional<String> location, SortedSet<String> same) {
    return new Finding(
        subject.from(WeightSource.LIVE),
        FindingKind.UNVERIFIED.name(),
        FindingKind.UNVERIFIED.severity(),
        Comparison.of("files, or another running engine, to compare with", "none"),
        Optional.of(FindingKind.UNVERIFIED.cause()),
        location,
        same.isEmpty()
            ? "no files and no other running engine: compared with nothing"
            : "no files, and the same address as %s: compared with nothing"
                .formatted(String.join(", ", same)));
  }

  private static String location(Collection<Integer> ranks) {
    return ranks.stream().map(String::valueOf).collect(Collectors.joining(", ", "ranks ", ""));
  }

  private static Finding finding(
      FindingKind kind,
      Subject subject,
      Comparison comparison,
      Optional<String> cause,
      String detail) {
    return new Finding(
        subject.from(WeightSource.LIVE),
        kind.name(),
        kind.severity(),
        comparison,
        Optional.of(cause.orElse(kind.cause())),
        Optional.empty(),
        detail);
  }

  private static String tensors(long count) {
    return count == 1 ? "1 tensor" : count + " tensors";
  }

  private static String names(Row row) {
    List<Row> first = row.getList(row.fieldIndex("first"));
    long count = row.<Long>getAs("tensors");
    String shown =
        first.stream()
            .limit(NAMES)
            .map(tensor -> tensor.<String>getAs("key"))
            .collect(Collectors.joining(", "));
    return count > NAMES ? shown + " and " + (count - NAMES) + " more" : shown;
  }
}
