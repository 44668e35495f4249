package io.shardsum.tables;

import io.shardsum.exit.UsageException;

/** The name of a scan is another's, which runs; the message says whose. */
public final class ClaimedScanException extends UsageException {

  private static final long serialVersionUID = 1;

  ClaimedScanException(String message) {
    super(message);
  }
}
