package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What is said of tensors that are entirely zero in all copies of a rank: they are equal, and there
 * was nothing to compare. A tensor that is zero in one copy alone is damaged there.
 */
public final class ZeroFindings {

  private final List<RankCopy> copies;
  private final Function<RankCopy, Map<TensorName, Long>> zeros;
  private final Function<RankCopy, Optional<Long>> bytes;

  /**
   * Takes the copies of a comparison group.
   *
   * @param zeros the tensors of a copy that are zero, with their lengths in bytes
   * @param bytes how many bytes of a copy were hashed, where that is known
   */
  public ZeroFindings(
      List<RankCopy> copies,
      Function<RankCopy, Map<TensorName, Long>> zeros,
      Function<RankCopy, Optional<Long>> bytes) {
    this.copies = List.copyOf(copies);
    this.zeros = zeros;
    this.bytes = bytes;
  }

  /** One finding for each rank of each engine that has such tensors. */
  public List<Finding> findings() {
    Map<Integer, Long> readable = new HashMap<>();
    Map<Integer, Map<TensorName, Long>> zeroCopies = new HashMap<>();
    for (RankCopy copy : copies) {
      if (copy.content().isPresent()) {
        readable.merge(copy.rankInReplica(), 1L, Long::sum);
        Map<TensorName, Long> ofPlace =
            zeroCopies.computeIfAbsent(copy.rankInReplica(), any -> new HashMap<>());
        zeros.apply(copy).keySet().forEach(name -> ofPlace.merge(name, 1L, Long::sum));
      }
    }
    List<Finding> findings = new ArrayList<>();
    for (RankCopy copy : copies) {
      if (copy.content().isPresent()) {
        SortedMap<TensorName, Long> everywhere = new TreeMap<>(zeros.apply(copy));
        everywhere
            .keySet()
            .removeIf(
                name ->
                    !zeroCopies
                        .get(copy.rankInReplica())
                        .get(name)
                        .equals(readable.get(copy.rankInReplica())));
        if (!everywhere.isEmpty()) {
          findings.add(finding(copy, everywhere));
        }
      }
    }
    return findings;
  }

  private Finding finding(RankCopy copy, SortedMap<TensorName, Long> everywhere) {
    long zeroBytes = everywhere.values().stream().mapToLong(Long::longValue).sum();
    List<String> names = everywhere.keySet().stream().map(TensorName::key).toList();
    return Finding.of(
            FindingKind.ALL_ZERO,
            Subject.rank(copy.engine(), copy.rank()),
            Comparison.of("weights", "zeros"),
            Optional.empty(),
            "%s%s %s entirely zero in all copies: equal, but no weights: %s"
                .formatted(
                    Wording.share(everywhere.size(), copy.tensors()),
                    bytes
                        .apply(copy)
                        .map(of -> " (" + percent(zeroBytes, of) + " of the bytes)")
                        .orElse(""),
                    everywhere.size() == 1 ? "is" : "are",
                    Wording.names(names)))
        .about(everywhere.keySet());
  }

  /** Rounded, but never to all or to nothing. */
  private static String percent(long part, long of) {
    if (part >= of) {
      return "100 %";
    }
    long percent = Math.max(1, Math.min(99, Math.round(100.0 * part / of)));
    return (100 * part < of ? "less than " : "") + percent + " %";
  }
}
