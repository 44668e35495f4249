package io.shardsum.exit;

/** What the user can mend: arguments, settings, a description, a name that is not there. */
public non-sealed class UsageException extends ExitException {

  private static final long serialVersionUID = 1;

  /** With one line for the user. */
  public UsageException(String message) {
    this(message, null);
  }

  /** With one line for the user, and what led to it. */
  public UsageException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
