package io.shardsum.tables;

import io.shardsum.exit.ExitCode;

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

  /** How a scan with this verdict ends. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
