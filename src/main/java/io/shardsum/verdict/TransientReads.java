package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is said of readings that did not repeat. */
final class TransientReads {

  private final Map<RankHolder, Map<TensorName, Readings>> misread = new LinkedHashMap<>();

  TransientReads(Map<SuspectTensor.CopiedTensor, Readings> readings) {
    readings.forEach(
        (copy, of) -> {
          if (!of.wrong().isEmpty()) {
            misread.computeIfAbsent(copy.holder(), any -> new TreeMap<>()).put(copy.name(), of);
          }
        });
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    misread.forEach(
        (holder, tensors) -> {
          if (tensors.size() > Finding.MOST_OF_ONE_CAUSE) {
            findings.add(ofMany(holder, tensors));
          } else {
            tensors.forEach((name, readings) -> findings.add(ofOne(holder, name, readings)));
          }
        });
    return findings;
  }

  private static Finding ofOne(RankHolder holder, TensorName name, Readings readings) {
    List<Readings.Reading> wrong = readings.wrong();
    return finding(
        Subject.tensor(holder.engine(), holder.rank(), name),
        new Comparison(
            readings.isAssumed()
                ? Optional.empty()
                : Optional.of(readings.settled().content().digest()),
            Optional.of(wrong.get(0).held().content().digest()),
            Optional.empty()),
        readings.isAssumed() ? ofNoTwo(readings) : ofWrong(wrong, readings),
        wrong.get(0).by());
  }

  private static String ofNoTwo(Readings readings) {
    return "Two readings of this file differ: each of %s gave other bytes, by %s. Nothing is known of the copy; scan it again"
        .formatted(Wording.count(readings.all().size(), "reading"), by(readings.all()));
  }

  private static String ofWrong(List<Readings.Reading> wrong, Readings readings) {
    ReadBy right = readings.right().orElseThrow().by();
    boolean first = wrong.contains(readings.all().get(0));
    boolean same = wrong.stream().allMatch(reading -> reading.by().equals(right));
    return "Two readings of this file differ: %s of %s gave wrong bytes, by %s. %s; the file is not blamed%s"
        .formatted(
            Integer.toString(wrong.size()),
            Wording.count(readings.all().size(), "reading"),
            by(wrong),
            same
                ? "The same executor also read the right bytes: its memory or the way to it failed,"
                    + " or the file was being written"
                : "The right bytes were read by " + right.text(),
            first ? ofTheRank() : "");
  }

  private static String ofTheRank() {
    return ". The rank's checksum is of the first reading: scan it again";
  }

  private static String by(List<Readings.Reading> readings) {
    return Wording.names(readings.stream().map(reading -> reading.by().text()).distinct().toList());
  }

  private static Finding ofMany(RankHolder holder, Map<TensorName, Readings> tensors) {
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
                    ofTheRank()),
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
