package io.shardsum.source.sums;

import io.shardsum.exit.JobFault;

/** A GPU summed a chunk to something else than the CPU did: no result of the scan counts. */
public final class SumsDifferException extends JobFault {

  private static final long serialVersionUID = 1;

  /** With one line for the user: where, what was expected, what was found. */
  public SumsDifferException(String message, Throwable cause) {
    super(message, cause);
  }
}
