package io.shardsum.tables;

/** The name of a scan is another's, which runs; the message says whose. */
public final class ClaimedScanException extends RuntimeException {

  private static final long serialVersionUID = 1;

  ClaimedScanException(String message) {
    super(message);
  }
}
