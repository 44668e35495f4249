package io.shardsum.demo;

import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A night of the demo's month.
 *
 * @param number from 1
 * @param at when its scan begins
 * @param scanned whether there is one
 * @param story what happened the day before; empty on a quiet day
 * @param expected what its scan should find, as {@link #words}
 */
public record DemoNight(
    int number, Instant at, Scanned scanned, Optional<String> story, Set<String> expected) {

  /** Whether a night has a scan. */
  public enum Scanned {
    /** As every night. */
    YES,
    /** The night is left out. */
    NO
  }

  /** A finding in words: kind, engine, rank, tensor; a dash where it has none. */
  public static String words(Finding finding) {
    return "%s %s %s %s"
        .formatted(
            finding.kind(),
            finding.engine().orElse("-"),
            finding.rank().map(String::valueOf).orElse("-"),
            finding.tensor().map(TensorName::key).orElse("-"));
  }
}
