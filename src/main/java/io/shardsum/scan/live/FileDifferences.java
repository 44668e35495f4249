package io.shardsum.scan.live;

import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** What is found where running engines are compared with their files. */
final class FileDifferences {

  private static final String OTHER_FILES =
      "files that are newer than the engine, or a load that went wrong";

  /** How a running engine differs from its files, of one tensor and of several. */
  private enum Difference {
    BYTES("differs between the engine and its files", "differ between the engine and its files"),
    NAMES("is in the engine, and not in its files", "are in the engine, and not in its files");

    private final String ofOne;
    private final String ofMany;

    Difference(String ofOne, String ofMany) {
      this.ofOne = ofOne;
      this.ofMany = ofMany;
    }

    String of(long count) {
      return LiveWording.counted(count, ofOne, ofMany);
    }
  }

  private final Set<FileComparison.TensorOfRank> readOnce;
  private final RereadLimits limits;

  private FileDifferences(Set<FileComparison.TensorOfRank> readOnce, RereadLimits limits) {
    this.readOnce = readOnce;
    this.limits = limits;
  }

  /** What the comparison shows. */
  static List<Finding> of(FileComparison files, RereadLimits limits) {
    return new FileDifferences(files.readOnce(), limits).of(files.rows());
  }

  private List<Finding> of(List<Row> rows) {
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
            byRank.forEach((rank, ofRank) -> findings.addAll(ofRank(engine, rank, ofRank))));
    return findings;
  }

  private List<Finding> ofRank(String engine, int rank, List<Row> rows) {
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
                LiveWording.notChecked(
                    engine,
                    rank,
                    LiveWording.OTHER_NAMES,
                    LiveWording.counted(
                        count,
                        "of its files is not in the answer",
                        "of its files are not in the answer"),
                    LiveWording.names(row)));
        case "OPEN" ->
            findings.add(
                LiveWording.notChecked(
                    engine,
                    rank,
                    "a tensor in CPU memory, or bytes that differ",
                    LiveWording.counted(
                            count,
                            "has another checksum than its file: the bytes differ, or the engine"
                                + " keeps it in CPU memory",
                            "have other checksums than their files: the bytes differ, or the"
                                + " engine keeps them in CPU memory")
                        + " (scan with --digest both to decide; %s)".formatted(limits.reason()),
                    LiveWording.names(row)));
        case "OTHER_DIGEST" ->
            findings.add(
                LiveWording.notChecked(
                    engine,
                    rank,
                    "files hashed with another algorithm than the engine's",
                    LiveWording.counted(count, "is", "are")
                        + " not compared with files: the engine and its files use different digests"
                        + " (scan with --digest both)",
                    LiveWording.names(row)));
        case "LEFT_OUT" ->
            findings.add(
                LiveWording.notChecked(
                    engine,
                    rank,
                    LiveWording.OTHER_PROFILE,
                    LiveWording.leftOut(count),
                    LiveWording.names(row)));
        case "UNDESCRIBED" ->
            findings.add(
                LiveWording.notChecked(
                    engine,
                    rank,
                    "a draft model whose files are not in the description",
                    LiveWording.counted(count, "is", "are")
                        + " of a draft model whose files are not in the description: not compared",
                    LiveWording.names(row)));
        default -> {
          // Equal, skipped, of a kind that no engine reports, or in the finding of the rank.
        }
      }
    }
    return findings;
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
    return LiveWording.finding(
        FindingKind.LIVE_DIFFERS,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.of("an answer, or files, of another model"),
        "the answer and the files have no tensor in common: %s in the answer (%s), %s in the files (%s)"
            .formatted(
                LiveWording.tensors(inEngine.<Long>getAs("tensors")),
                LiveWording.names(inEngine),
                LiveWording.tensors(inFiles.<Long>getAs("tensors")),
                LiveWording.names(inFiles)));
  }

  private List<Finding> differing(
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
          LiveWording.finding(
                  FindingKind.LIVE_DIFFERS,
                  Subject.rank(engine, rank),
                  Comparison.NONE,
                  cause,
                  difference.of(count)
                      + ": "
                      + LiveWording.names(inOrder.stream().map(TensorName::key).toList(), count)
                      + notAgain(engine, first))
              .about(inOrder));
    }
    return first.stream()
        .map(
            tensor ->
                LiveWording.finding(
                    FindingKind.LIVE_DIFFERS,
                    Subject.tensor(
                        engine, rank, new TensorName(tensor.getAs("role"), tensor.getAs("tensor"))),
                    Comparison.of(tensor.getAs("expected"), tensor.getAs("actual")),
                    cause,
                    difference.of(1) + notAgain(engine, List.of(tensor))))
        .toList();
  }

  /** Of how many tensors there is only one reading. */
  private String notAgain(String engine, List<Row> tensors) {
    long once =
        tensors.stream()
            .map(
                of ->
                    new FileComparison.TensorOfRank(
                        RankHolder.now(engine, of.<Integer>getAs("file_rank")), of.getAs("key")))
            .filter(readOnce::contains)
            .count();
    return once == 0
        ? ""
        : "; %snot read again: %s"
            .formatted(tensors.size() == 1 ? "" : once + " ", limits.reason());
  }
}
