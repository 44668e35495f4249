package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What is said of readings that did not repeat. */
final class TransientReads {

  private static final String READ_ANEW =
      "the rank was read again as a whole, and its checksum is of that reading";
  private static final String WITHOUT_CHECKSUM = "the rank has no checksum: scan it again";

  private final List<Map<SuspectTensor.CopiedTensor, Readings>> before = new ArrayList<>();
  private final List<MisreadHeader> headersBefore = new ArrayList<>();
  private final List<Finding> filesBefore = new ArrayList<>();

  /** Takes what was said of ranks that are read anew. */
  void addReadAnew(
      Map<SuspectTensor.CopiedTensor, Readings> readings,
      Map<SuspectTensor.CopiedTensor, Readings> ofEngines,
      Collection<MisreadHeader> headers,
      List<Finding> files) {
    before.add(readings);
    before.add(ofEngines);
    headersBefore.addAll(headers);
    filesBefore.addAll(files);
  }

  /**
   * All of them.
   *
   * @param now of ranks that were not read anew since
   * @param ofEngines the same, by what running engines hold
   * @param withoutChecksum the ranks that are known by wrong bytes alone
   */
  List<Finding> findings(
      Map<SuspectTensor.CopiedTensor, Readings> now,
      Map<SuspectTensor.CopiedTensor, Readings> ofEngines,
      Set<RankHolder> withoutChecksum,
      Collection<MisreadHeader> headersNow,
      List<Finding> filesNow) {
    Function<RankHolder, String> outcome =
        holder -> withoutChecksum.contains(holder) ? WITHOUT_CHECKSUM : READ_ANEW;
    List<Finding> findings = new ArrayList<>();
    before.forEach(readings -> findings.addAll(findings(readings, outcome)));
    findings.addAll(findings(now, outcome));
    findings.addAll(findings(ofEngines, outcome));
    Stream.concat(headersBefore.stream(), headersNow.stream())
        .forEach(header -> findings.add(header.finding(outcome.apply(header.holder()))));
    Stream.concat(filesBefore.stream(), filesNow.stream())
        .forEach(file -> findings.add(file.adding(outcome.apply(Rereadings.holder(file)))));
    return findings;
  }

  private static List<Finding> findings(
      Map<SuspectTensor.CopiedTensor, Readings> readings, Function<RankHolder, String> outcome) {
    Map<RankHolder, Map<TensorName, Readings>> misread = new LinkedHashMap<>();
    readings.forEach(
        (copy, of) -> {
          if (!of.wrong().isEmpty()) {
            misread.computeIfAbsent(copy.holder(), any -> new TreeMap<>()).put(copy.name(), of);
          }
        });
    List<Finding> findings = new ArrayList<>();
    misread.forEach(
        (holder, tensors) -> {
          boolean first = tensors.values().stream().anyMatch(Readings::isFirstWrong);
          String end = first ? "; " + outcome.apply(holder) : "";
          if (tensors.size() > Finding.MOST_OF_ONE_CAUSE) {
            findings.add(ofMany(holder, tensors, end));
          } else {
            tensors.forEach((name, of) -> findings.add(ofOne(holder, name, of, end)));
          }
        });
    return findings;
  }

  private static Finding ofOne(RankHolder holder, TensorName name, Readings readings, String end) {
    List<Readings.Reading> wrong = readings.wrong();
    return finding(
        Subject.tensor(holder.engine(), holder.rank(), name),
        new Comparison(
            readings.isAssumed()
                ? Optional.empty()
                : Optional.of(readings.settled().content().digest()),
            Optional.of(wrong.get(0).held().content().digest()),
            Optional.empty()),
        (readings.isAssumed() ? ofNoTwo(readings) : ofWrong(wrong, readings)) + end,
        wrong.get(0).by());
  }

  private static String ofNoTwo(Readings readings) {
    return "No two readings of this file agree: %s, each with other bytes, by %s"
        .formatted(Wording.count(readings.all().size(), "reading"), by(readings.all()));
  }

  private static String ofWrong(List<Readings.Reading> wrong, Readings readings) {
    ReadBy right = readings.right().orElseThrow().by();
    boolean same = wrong.stream().allMatch(reading -> reading.by().equals(right));
    return "Two readings of this file differ: %s of %s gave wrong bytes, by %s. %s; the file is not blamed"
        .formatted(
            Integer.toString(wrong.size()),
            Wording.count(readings.all().size(), "reading"),
            by(wrong),
            same
                ? "The same executor also read the right bytes: its memory or the way to it failed,"
                    + " or the file was being written"
                : "The right bytes were read by " + right.text());
  }

  private static String by(List<Readings.Reading> readings) {
    return Wording.names(readings.stream().map(reading -> reading.by().text()).distinct().toList());
  }

  private static Finding ofMany(RankHolder holder, Map<TensorName, Readings> tensors, String end) {
    List<Readings.Reading> wrong =
        tensors.values().stream().flatMap(r -> r.wrong().stream()).toList();
    return finding(
            Subject.rank(holder.engine(), holder.rank()),
            Comparison.NONE,
            "Two readings of these files differ in %s: %s read wrong bytes; the files are not blamed: %s%s"
                .formatted(
                    Wording.count(tensors.size(), "tensor"),
                    by(wrong),
                    Wording.names(tensors.keySet().stream().map(TensorName::key).toList()),
                    end),
            mostFrequent(wrong))
        .about(tensors.keySet());
  }

  private static ReadBy mostFrequent(List<Readings.Reading> wrong) {
    Map<ReadBy, Integer> counts = new LinkedHashMap<>();
    wrong.forEach(reading -> counts.merge(reading.by(), 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Comparator.comparing(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  private static Finding finding(
      Subject subject, Comparison comparison, String detail, ReadBy readBy) {
    return Finding.of(FindingKind.TRANSIENT_READ, subject, comparison, Optional.empty(), detail)
        .readBy(readBy);
  }
}
