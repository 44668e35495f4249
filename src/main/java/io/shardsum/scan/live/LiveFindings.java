package io.shardsum.scan.live;

import io.shardsum.fleet.WeightSource;
import io.shardsum.live.LiveProblem;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankStatus;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** The findings about running engines: their answers, and how these compare with their files. */
final class LiveFindings {

  private static final int NAMES = 10;
  private static final String OTHER_FILES =
      "files that the engine has not loaded, or a load that went wrong";
  private static final String OTHER_NAMES =
      "a release that reports other names, or an answer that lacks some";
  private static final String OTHER_PROFILE = "an engine of another release than its profile";

  /** How a running engine differs from its files, of one tensor and of several. */
  private enum Difference {
    BYTES(
        "has other bytes in the engine than in its files",
        "have other bytes in the engine than in its files"),
    NAMES("is in the engine, and not in its files", "are in the engine, and not in its files");

    private final String ofOne;
    private final String ofMany;

    Difference(String ofOne, String ofMany) {
      this.ofOne = ofOne;
      this.ofMany = ofMany;
    }

    String of(long count) {
      return counted(count, ofOne, ofMany);
    }
  }

  private LiveFindings() {}

  /** What is wrong with an answer, and what its engine did not hash. */
  static List<Finding> ofAnswer(LiveSource.Landed landed) {
    String engine = landed.spec().engine();
    List<Finding> findings = new ArrayList<>();
    landed.problems().forEach(problem -> findings.add(ofProblem(engine, problem)));
    for (RankResult rank : landed.ranks()) {
      if (rank.status() == RankStatus.PARTIAL) {
        findings.add(
            finding(
                FindingKind.NOT_CHECKED,
                Subject.rank(engine, rank.rank()),
                Comparison.NONE,
                Optional.of(
                    rank.isSkipped()
                        ? "skip patterns that fit every name"
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
    if (isOfAnotherModel(byWhat.keySet())) {
      return List.of(ofAnotherModel(engine, rank, byWhat));
    }
    boolean anyEqual = byWhat.containsKey("EQUAL") || byWhat.containsKey("OFFLOADED");
    Optional<String> cause = anyEqual ? Optional.empty() : Optional.of(OTHER_FILES);
    List<Finding> findings = new ArrayList<>();
    for (Row row : rows) {
      long count = row.<Long>getAs("tensors");
      switch (row.<String>getAs("what")) {
        case "DIFFERS" -> findings.addAll(differing(engine, rank, row, Difference.BYTES, cause));
        case "ENGINE_ONLY" ->
            findings.addAll(
                differing(engine, rank, row, Difference.NAMES, Optional.of(OTHER_FILES)));
        case "FILE_ONLY" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    OTHER_NAMES,
                    counted(
                        count,
                        "of its files is not in the answer",
                        "of its files are not in the answer"),
                    names(row)));
        case "OPEN" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "the memory of the CPU, or bytes that differ",
                    counted(
                            count,
                            "has another checksum than its file: the bytes differ, or the engine"
                                + " keeps it in CPU memory",
                            "have other checksums than their files: the bytes differ, or the"
                                + " engine keeps them in CPU memory")
                        + " (--digest both decides it; %s)".formatted(limits.reason()),
                    names(row)));
        case "OTHER_DIGEST" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "files hashed with another algorithm than the engine's",
                    counted(count, "is", "are")
                        + " not compared with files: the engine and its files use different digests"
                        + " (--digest both computes both of the files)",
                    names(row)));
        case "LEFT_OUT" ->
            findings.add(notChecked(engine, rank, OTHER_PROFILE, leftOut(count), names(row)));
        case "UNDESCRIBED" ->
            findings.add(
                notChecked(
                    engine,
                    rank,
                    "a draft model without files in the description",
                    counted(count, "is", "are")
                        + " of a draft model of which the description names no files: not compared",
                    names(row)));
        default -> {
          // Equal, skipped, of a kind that no engine reports, or in the finding of the rank.
        }
      }
    }
    return findings;
  }

  private static String leftOut(long count) {
    return counted(
        count,
        "is in the answer, but its profile leaves it out: not compared",
        "are in the answer, but their profile leaves them out: not compared");
  }

  /** No name of the answer is one of the files: listing them all would help nobody. */
  private static boolean isOfAnotherModel(Set<String> whats) {
    return whats.containsAll(Set.of("ENGINE_ONLY", "FILE_ONLY"))
        && Set.of("ENGINE_ONLY", "FILE_ONLY", "SKIPPED", "UNREPORTED", "UNCHECKED")
            .containsAll(whats);
  }

  private static Finding ofAnotherModel(String engine, int rank, Map<String, Row> byWhat) {
    Row inEngine = byWhat.get("ENGINE_ONLY");
    Row inFiles = byWhat.get("FILE_ONLY");
    return finding(
        FindingKind.LIVE_DIFFERS,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.of("an answer, or files, of another model"),
        "the answer and the files have no tensor in common: %s in the answer (%s), %s in the files (%s)"
            .formatted(
                tensors(inEngine.<Long>getAs("tensors")),
                names(inEngine),
                tensors(inFiles.<Long>getAs("tensors")),
                names(inFiles)));
  }

  private static List<Finding> differing(
      String engine, int rank, Row row, Difference difference, Optional<String> cause) {
    long count = row.<Long>getAs("tensors");
    List<Row> first = row.getList(row.fieldIndex("first"));
    if (count > Finding.MOST_OF_ONE_CAUSE) {
      List<TensorName> inOrder =
          first.stream()
              .map(tensor -> new TensorName(tensor.getAs("role"), tensor.getAs("tensor")))
              .sorted()
              .toList();
      return List.of(
          finding(
                  FindingKind.LIVE_DIFFERS,
                  Subject.rank(engine, rank),
                  Comparison.NONE,
                  cause,
                  difference.of(count)
                      + ": "
                      + names(inOrder.stream().map(TensorName::key).toList(), count))
              .about(inOrder));
    }
    return first.stream()
        .map(
            tensor ->
                finding(
                    FindingKind.LIVE_DIFFERS,
                    Subject.tensor(
                        engine, rank, new TensorName(tensor.getAs("role"), tensor.getAs("tensor"))),
                    Comparison.of(tensor.getAs("expected"), tensor.getAs("actual")),
                    cause,
                    difference.of(1)))
        .toList();
  }

  private static Finding notChecked(
      String engine, int rank, String cause, String sentence, String names) {
    return finding(
        FindingKind.NOT_CHECKED,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.of(cause),
        sentence + ": " + names);
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
              counted(
                  count,
                  "of other running engines is not in the answer",
                  "of other running engines are not in the answer");
          case "ALONE" ->
              counted(
                  count,
                  "is in the answer of no other running engine: not compared",
                  "are in the answer of no other running engine: not compared");
          case "LEFT_OUT" -> leftOut(count);
          default -> throw new IllegalArgumentException("unknown reason: " + why);
        };
    return notChecked(
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        why.equals("LEFT_OUT") ? OTHER_PROFILE : OTHER_NAMES,
        sentence,
        names(row.getList(row.fieldIndex("first")), count));
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

  private static String counted(long count, String ofOne, String ofMany) {
    return tensors(count) + " " + (count == 1 ? ofOne : ofMany);
  }

  private static String tensors(long count) {
    return count == 1 ? "1 tensor" : count + " tensors";
  }

  private static String names(Row row) {
    List<Row> first = row.getList(row.fieldIndex("first"));
    return names(
        first.stream().map(tensor -> tensor.<String>getAs("key")).toList(),
        row.<Long>getAs("tensors"));
  }

  /** The first names, and how many more there are. */
  private static String names(List<String> first, long count) {
    String shown = first.stream().limit(NAMES).collect(Collectors.joining(", "));
    return count > NAMES ? shown + " and " + (count - NAMES) + " more" : shown;
  }
}
