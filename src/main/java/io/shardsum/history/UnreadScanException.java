package io.shardsum.history;

/** A scan of which some rows are gone. */
final class UnreadScanException extends HistoryException {

  private static final long serialVersionUID = 1;

  private final String scanId;

  UnreadScanException(String scanId, String message) {
    super(message);
    this.scanId = scanId;
  }

  String scanId() {
    return scanId;
  }
}
