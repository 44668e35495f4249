package io.shardsum.history;

import io.shardsum.exit.UsageException;

/**
 * A question that the tables have no answer to; the message says what was asked and what is there.
 */
public class HistoryException extends UsageException {

  private static final long serialVersionUID = 1;

  /** With one line for the user. */
  public HistoryException(String message) {
    super(message);
  }
}
