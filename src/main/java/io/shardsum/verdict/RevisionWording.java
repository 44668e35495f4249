package io.shardsum.verdict;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** How findings name the revision that a copy holds instead of the expected one. */
final class RevisionWording {

  private final ComparedGroup group;
  private final KnownRank known;

  RevisionWording(ComparedGroup group, KnownRank known) {
    this.group = group;
    this.known = known;
  }

  static String scan(String scanId, Instant startedAt) {
    return "scan %s of %s".formatted(scanId, LocalDate.ofInstant(startedAt, ZoneOffset.UTC));
  }

  private boolean isOfTheGroup() {
    return known.group().equals(group.label());
  }

  private String seen() {
    return known
        .seenAt()
        .map(time -> scan(known.holder().scanId().orElseThrow(), time))
        .orElse("this scan");
  }

  String expected() {
    return isOfTheGroup() ? "what this scan found" : revision(group.revision());
  }

  String actual() {
    return isOfTheGroup() ? "what " + seen() + " found" : revision(known.revision());
  }

  private static String revision(java.util.Optional<String> revision) {
    return revision.map(text -> "revision " + text).orElse("no named revision");
  }

  /** The end of a sentence that begins with weights and {@code are}. */
  String whose() {
    return isOfTheGroup()
        ? "those of its comparison group in " + seen()
        : "those of %s, as engine %s has them in %s"
            .formatted(revision(known.revision()), known.holder().engine(), seen());
  }
}
