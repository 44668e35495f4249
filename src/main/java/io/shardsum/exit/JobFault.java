package io.shardsum.exit;

/** Why the job cannot run, or its results do not count, whatever its arguments are. */
public non-sealed class JobFault extends ExitException {

  private static final long serialVersionUID = 1;

  /** With one line for the user. */
  public JobFault(String message) {
    this(message, null);
  }

  /** With one line for the user, and what led to it. */
  public JobFault(String message, Throwable cause) {
    super(ExitCode.FAULT, message, cause);
  }
}
