package io.shardsum.exit;

/** Ends a command. The message is one line that the user is shown as it is, with no stack trace. */
public abstract sealed class ExitException extends RuntimeException
    permits UsageException, JobFault {

  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  ExitException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** How the command ends. */
  public final ExitCode exitCode() {
    return exitCode;
  }
}
