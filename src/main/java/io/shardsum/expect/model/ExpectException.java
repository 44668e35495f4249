package io.shardsum.expect.model;

import io.shardsum.exit.UsageException;

/**
 * The user's fault in a checkpoint or in the engine asked for: no such engine starts, or nothing of
 * it can be expected. What is wrong, where, and what is allowed, in one line that can be shown.
 */
public final class ExpectException extends UsageException {
  private static final long serialVersionUID = 1L;

  public ExpectException(String message) {
    super(message);
  }

  public ExpectException(String message, Throwable cause) {
    super(message, cause);
  }
}
