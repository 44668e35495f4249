package io.shardsum.cli;

/** Why the job cannot run here, which is not a matter of its arguments; one line for the user. */
final class JobFault extends RuntimeException {

  private static final long serialVersionUID = 1;

  JobFault(String message, Throwable cause) {
    super(message, cause);
  }
}
