package io.shardsum.tables;

import io.shardsum.exit.ExitCode;
import io.shardsum.verdict.Finding;
import java.util.List;

/** What a scan says of a fleet as a whole. */
public enum Verdict {
  /** Everything was checked, and all copies are equal. */
  EQUAL(ExitCode.EQUAL),
  /** Copies differ. */
  DIFFERENT(ExitCode.DIFFERENT),
  /** No copies differ, but not everything could be checked. */
  INCOMPLETE(ExitCode.INCOMPLETE);

  private final ExitCode exitCode;

  Verdict(ExitCode exitCode) {
    this.exitCode = exitCode;
  }

  /** DIFFERENT as soon as copies differ; EQUAL only if nothing at all was found. */
  public static Verdict of(List<Finding> findings) {
    if (findings.stream().anyMatch(Finding::isDifference)) {
      return DIFFERENT;
    }
    return findings.stream().allMatch(Finding::isInformational) ? EQUAL : INCOMPLETE;
  }

  /** How a scan with this verdict ends. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
