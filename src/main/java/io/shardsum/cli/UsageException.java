package io.shardsum.cli;

/** Arguments that make no sense together; the message is one line for the user. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
