package io.shardsum.scan.canary;

import io.shardsum.exit.JobFault;

/** Canaries were not hashed as they should have been: no result of the scan counts. */
public final class UntrustedScanException extends JobFault {

  private static final long serialVersionUID = 1;

  public UntrustedScanException(String message) {
    super(message);
  }
}
