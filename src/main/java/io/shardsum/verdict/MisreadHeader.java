package io.shardsum.verdict;

import java.util.Optional;

/**
 * A header that came out otherwise when it was read again: which tensors a rank has was not what
 * the scan was told at first.
 *
 * @param holder the rank
 * @param file as a person may see it
 * @param firstBy what has read it in the scan
 * @param againBy what has read it again
 */
public record MisreadHeader(RankHolder holder, String file, ReadBy firstBy, ReadBy againBy) {

  /**
   * What is said of it.
   *
   * @param outcome what became of the rank
   */
  Finding finding(String outcome) {
    return Finding.of(
            FindingKind.TRANSIENT_READ,
            Subject.rank(holder.engine(), holder.rank()),
            Comparison.NONE,
            Optional.empty(),
            "the header of %s gave other names, dtypes or shapes when it was read again: first read by %s, again by %s; %s"
                .formatted(file, firstBy.text(), againBy.text(), outcome))
        .readBy(firstBy);
  }

  /**
   * What is said of headers that did not parse at first, and did when they were read again at once.
   *
   * @param headers how many
   * @param by what has read them, both times
   */
  public static Finding brokenAtFirst(long headers, ReadBy by) {
    return Finding.of(
            FindingKind.TRANSIENT_READ,
            Subject.EVERYBODY,
            Comparison.NONE,
            Optional.empty(),
            "%s could not be parsed when %s first read %s; the second reading could be, and counts"
                .formatted(
                    Wording.count(headers, "header"), by.text(), headers == 1 ? "it" : "them"))
        .readBy(by);
  }
}
