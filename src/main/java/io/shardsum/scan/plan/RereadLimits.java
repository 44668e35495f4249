package io.shardsum.scan.plan;

import org.apache.spark.sql.RuntimeConfig;

/**
 * How much of what differs is read a second time, so that a scan of which everything differs does
 * not take twice as long.
 *
 * @param bytes most bytes of all copies in a scan: the setting {@code spark.shardsum.reread.bytes},
 *     1 GiB
 * @param chunks most chunks of a tensor; one that is known by its SHA-256 alone is read whole
 * @param ranges most ranges that a finding lists
 */
public record RereadLimits(long bytes, int chunks, int ranges) {

  public static final String BYTES = "spark.shardsum.reread.bytes";

  private static final String BYTES_DEFAULT = "1g";
  private static final int CHUNKS = 32;
  private static final int RANGES = 16;

  public static RereadLimits of(RuntimeConfig settings) {
    return new RereadLimits(
        ScanSettings.bytes(BYTES, settings.get(BYTES, BYTES_DEFAULT)), CHUNKS, RANGES);
  }

  /** Why something was not read again. */
  public String reason() {
    return "a scan reads at most %s bytes a second time (%s)"
        .formatted(Long.toString(bytes), BYTES);
  }
}
