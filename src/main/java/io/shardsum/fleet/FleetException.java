package io.shardsum.fleet;

import io.shardsum.exit.UsageException;

/**
 * The user's fault in a fleet's description, a pattern or a directory of engines: what is wrong,
 * where, and what is allowed, in one line that can be shown as it is.
 */
public final class FleetException extends UsageException {
  private static final long serialVersionUID = 1L;

  public FleetException(String message) {
    super(message);
  }

  public FleetException(String message, Throwable cause) {
    super(message, cause);
  }
}
