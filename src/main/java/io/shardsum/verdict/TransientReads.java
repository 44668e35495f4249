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

  private static final int TENSORS_OF_THEIR_OWN = 16;

  private final Map<RankHolder, Map<TensorName, Readings>> misread = new LinkedHashMap<>();

  TransientReads(Map<CopiedTensor, Readings> readings) {
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
          if (tensors.size() > TENSORS_OF_THEIR_OWN) {
            findings.add(ofMany(holder, tensors));
          } else {
            tensors.forEach((name, readings) -> findings.add(ofOne(holder, name, readings)));
          }
        });
    return findings;
  }

  private static Finding ofOne(RankHolder holder, TensorName name, Readings readings) {
    List<Reading> wrong = readings.wrong();
    String detail = readings.isAssumed() ? ofNoTwo(readings) : ofWrong(wrong, readings);
    return finding(
        Subject.tensor(holder.engine(), holder.rank(), name),
        new Comparison(
            readings.isAssumed()
                ? Optional.empty()
                : Optional.of(readings.settled().content().checksum()),
            Optional.of(wrong.get(0).held().content().checksum()),
            Optional.empty()),
        detail,
        wrong.get(0).by());
  }

  private static String ofNoTwo(Readings readings) {
    return "no two of %s gave the same bytes, by %s: they tell nothing of the copy%s"
        .formatted(
            Wording.count(readings.all().size(), "reading"), by(readings.all()), ofTheRank());
  }

  private static String ofWrong(List<Reading> wrong, Readings readings) {
    Reading right = readings.right().orElseThrow();
    boolean first = wrong.contains(readings.all().get(0));
    return "%s of %s gave other bytes, by %s; what %s read counts%s"
        .formatted(
            Integer.toString(wrong.size()),
            Wording.count(readings.all().size(), "reading"),
            by(wrong),
            right.by().text(),
            first ? ofTheRank() : "");
  }

  private static String ofTheRank() {
    return "; the rank's checksum is of the first reading: scan it again";
  }

  private static String by(List<Reading> readings) {
    return Wording.names(readings.stream().map(reading -> reading.by().text()).distinct().toList());
  }

  private static Finding ofMany(RankHolder holder, Map<TensorName, Readings> tensors) {
    List<Reading> wrong = tensors.values().stream().flatMap(r -> r.wrong().stream()).toList();
    return finding(
        Subject.rank(holder.engine(), holder.rank()),
        Comparison.NONE,
        "%s gave other bytes in one reading, by %s: %s%s"
            .formatted(
                Wording.count(tensors.size(), "tensor"),
                by(wrong),
                Wording.names(tensors.keySet().stream().map(TensorName::key).toList()),
                ofTheRank()),
        mostFrequent(wrong));
  }

  private static ReadBy mostFrequent(List<Reading> wrong) {
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
