package io.shardsum.history;

import io.shardsum.tables.Scope;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A month of a fleet, in November 2026: three copies of a model, a, b and c, of two ranks each, and
 * d, the only engine of another.
 *
 * <pre>
 *  5        a, b, c are updated to revision 2
 *  8 to 9   revision 3 reaches a and b, but rank 0 of c only; on the 10th it is whole
 * 12        no scan
 * 13 to 15  a bit of b, rank 1, is flipped; on the 16th it is repaired
 * 14 to 20  d is away
 * 17        a, rank 0 is missing
 * 20        the same bit of b is flipped again, for one night
 * 22        a second scan, of engine a alone
 * 24        all are hashed with SHA-256, for one night
 * 26        d is updated, and nobody declared it; on the 28th its revision is
 * 29        a, b, c go back to revision 2
 * 30        beside the scan, one that does not end
 * </pre>
 *
 * <p>Another fleet in the same tables has an engine a, too, with other weights every time.
 */
final class ThirtyNights {

  static final String FLEET = "prod";
  static final String OTHER_FLEET = "lab";

  /** After all of them. */
  static final Clock AFTER = Clock.fixed(Instant.parse("2026-12-01T00:00:00Z"), ZoneOffset.UTC);

  private static final int SKIPPED = 12;

  private ThirtyNights() {}

  static Nights tables() {
    Nights nights = new Nights();
    for (int day = 1; day <= 30; day++) {
      if (day != SKIPPED) {
        nights.scan(FLEET, id(day), at(day, 2), engines(day), findings(day));
      }
      if (day == 22) {
        nights.scan(FLEET, "n22-again", at(day, 5), Scope.CHOSEN, List.of(engines(day).get(0)));
      }
      if (day % 10 == 0) {
        Engine other = Engine.of("a", "acme/chat", "1", "lab" + day, "lab" + day);
        nights.scan(OTHER_FLEET, "lab-" + id(day), at(day, 3), List.of(other));
      }
    }
    Engine broken = Engine.of("a", "acme/chat", "2", "half", "half");
    return nights.unfinished("n30-crashed", at(30, 4), List.of(broken));
  }

  static String id(int day) {
    return "n%s%s".formatted(day < 10 ? "0" : "", Integer.toString(day));
  }

  private static Instant at(int day, int hour) {
    return LocalDate.of(2026, 11, day).atTime(hour, 0).toInstant(ZoneOffset.UTC);
  }

  private static List<Engine> engines(int day) {
    String revision = revision(day);
    String word = "v" + revision;
    List<Engine> engines = new ArrayList<>();
    Engine a = Engine.of("a", "acme/chat", revision, word, word);
    engines.add(day == 17 ? a.without(0) : a);
    engines.add(
        Engine.of("b", "acme/chat", revision, word, isFlipped(day) ? word + "-flipped" : word));
    engines.add(Engine.of("c", "acme/chat", revision, word, isHalfUpdated(day) ? "v2" : word));
    if (day < 14 || day > 20) {
      engines.add(
          day < 26
              ? Engine.of("d", "acme/search", "1", "s1", "s1")
              : Engine.of("d", "acme/search", day < 28 ? "1" : "2", "s2", "s2"));
    }
    return day == 24
        ? engines.stream().map(e -> e.hashed("sha256 sglang-0.5.20")).toList()
        : engines;
  }

  private static String revision(int day) {
    if (day < 5) {
      return "1";
    }
    return day < 8 || day >= 29 ? "2" : "3";
  }

  private static boolean isFlipped(int day) {
    return (day >= 13 && day < 16) || day == 20;
  }

  private static boolean isHalfUpdated(int day) {
    return day == 8 || day == 9;
  }

  /** Some say something else each night, as the scan does. */
  private static Finding[] findings(int day) {
    List<Finding> findings = new ArrayList<>();
    if (day < 14 || day > 20) {
      findings.add(
          Finding.of(
              FindingKind.UNVERIFIED,
              Subject.engine("d"),
              Comparison.of("another copy to compare with", "none"),
              Optional.empty(),
              "the only engine of its comparison group: compared with nothing"));
    }
    if (isHalfUpdated(day)) {
      findings.add(
          Finding.of(
              FindingKind.PARTIAL_UPDATE,
              Subject.rank("c", 1),
              new Comparison(
                  Optional.of("revision 3"), Optional.of("revision 2"), Optional.of("2 : 1")),
              Optional.empty(),
              "1 of 2 tensors that an update changes are still those of revision 2; last right on"
                  + " day "
                  + (day - 1)));
    }
    if (isFlipped(day)) {
      findings.add(
          Finding.of(
              FindingKind.DAMAGED,
              Subject.tensor("b", 1, new TensorName("target", "layers.1.weight")),
              new Comparison(
                  Optional.of("v3"),
                  Optional.of("flipped"),
                  Optional.of(day == 14 ? "1 : 1" : "2 : 1")),
              Optional.empty(),
              "1 tensor has other bytes, as seen on day " + day));
    }
    if (day == 17) {
      findings.add(
          Finding.of(
              FindingKind.MISSING_RANK,
              Subject.rank("a", 0),
              Comparison.of("COMPLETE", "MISSING"),
              Optional.empty(),
              "no file of rank 0"));
    }
    return findings.toArray(Finding[]::new);
  }
}
