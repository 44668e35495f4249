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
 * @param fileBytes most bytes of whole files that are not as published, and as many of ranks that
 *     were misread: the setting {@code spark.shardsum.reread.file.bytes}, 64 GiB
 */
public record RereadLimits(long bytes, int chunks, int ranges, long fileBytes) {

  /** How often a rank or a checkpoint is read as a whole after it was misread. */
  public static final int MOST_ANEW = 2;

  public static final String BYTES = "spark.shardsum.reread.bytes";

  public static final String FILE_BYTES = "spark.shardsum.reread.file.bytes";

  private static final String BYTES_DEFAULT = "1g";
  private static final String FILE_BYTES_DEFAULT = "64g";
  private static final int CHUNKS = 32;
  private static final int RANGES = 16;

  public static RereadLimits of(RuntimeConfig settings) {
    return new RereadLimits(
        bytes(BYTES, BYTES_DEFAULT, settings),
        CHUNKS,
        RANGES,
        bytes(FILE_BYTES, FILE_BYTES_DEFAULT, settings));
  }

  private static long bytes(String key, String otherwise, RuntimeConfig settings) {
    return ScanSettings.bytes(key, settings.get(key, otherwise));
  }

  /** Why something was not read again. */
  public String reason() {
    return "a scan reads at most %s bytes a second time (%s)"
        .formatted(Long.toString(bytes), BYTES);
  }

  /** Why a whole file was not read again. */
  public String fileReason() {
    return "a scan reads at most %s bytes of such files a second time (%s)"
        .formatted(Long.toString(fileBytes), FILE_BYTES);
  }
}
