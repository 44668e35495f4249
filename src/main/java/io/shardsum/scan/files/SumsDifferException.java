package io.shardsum.scan.files;

import io.shardsum.exit.JobFault;

/** A GPU summed a chunk to something else than the CPU did: no result of the scan counts. */
public final class SumsDifferException extends JobFault {

  private static final long serialVersionUID = 1;

  SumsDifferException(String message, Throwable cause) {
    super(message, cause);
  }
}
