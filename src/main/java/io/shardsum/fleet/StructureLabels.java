package io.shardsum.fleet;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Short names for fingerprints: the fewest characters, 8 at least, that tell them all apart. */
final class StructureLabels {
  private static final int SHORTEST = 8;

  private final int length;

  StructureLabels(Collection<String> fingerprints) {
    Set<String> distinct = new TreeSet<>(fingerprints);
    int enough = SHORTEST;
    while (cut(distinct, enough).size() < distinct.size()) {
      enough++;
    }
    this.length = enough;
  }

  private static Set<String> cut(Set<String> fingerprints, int length) {
    return fingerprints.stream()
        .map(fingerprint -> cut(fingerprint, length))
        .collect(Collectors.toSet());
  }

  private static String cut(String fingerprint, int length) {
    return fingerprint.substring(0, Math.min(length, fingerprint.length()));
  }

  String label(String fingerprint) {
    return cut(fingerprint, length);
  }
}
