package io.shardsum.source.sums;

import io.shardsum.exit.JobFault;

/** A GPU did not do its work. */
public class DeviceException extends JobFault {

  private static final long serialVersionUID = 1;

  /** With one line for the user: which GPU, what was expected, what was found. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
