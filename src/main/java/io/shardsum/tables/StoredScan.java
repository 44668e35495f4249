package io.shardsum.tables;

/**
 * What a finished scan has in its directories.
 *
 * @param partition where it is in every table
 * @param tensorBytes of the rows of tensors that are there
 * @param otherBytes of its rows in all other tables
 */
public record StoredScan(
    ScanPartition partition, TensorRows tensorRows, long tensorBytes, long otherBytes) {

  /** What is there of the rows of tensors. */
  public enum TensorRows {
    /** All that the scan has landed. */
    WHOLE,
    /** Retention was dropping them, and was interrupted. */
    PARTLY_DROPPED,
    /** None. */
    DROPPED
  }
}
