package io.shardsum.io;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How files are read, as the options of the source {@code safetensors} say it.
 *
 * @param retries how often a read that fails is tried again
 * @param maxRate the most bytes a second, by all threads of a process together
 * @param localReads how local files are read
 */
public record ReadSettings(int retries, ByteRate maxRate, LocalReads localReads)
    implements Serializable {

  public static final String MAX_RATE = "max-rate";
  public static final String DIRECT = "direct";

  /** As it is usual. */
  public static final ReadSettings USUAL =
      new ReadSettings(Retries.USUAL_COUNT, ByteRate.UNLIMITED, LocalReads.THROUGH_CACHE);

  /** Checks that nothing is missing. */
  public ReadSettings {
    Objects.requireNonNull(maxRate, "maxRate is null");
    Objects.requireNonNull(localReads, "localReads is null");
  }

  /** The same, trying again so often. */
  public ReadSettings withRetries(int count) {
    return new ReadSettings(count, maxRate, localReads);
  }

  public boolean isDirect() {
    return localReads == LocalReads.DIRECT;
  }

  /** What is not usual, by option: how often is tried again is not among it. */
  public Map<String, String> options() {
    Map<String, String> options = new TreeMap<>();
    if (!maxRate.isUnlimited()) {
      options.put(MAX_RATE, maxRate.toString());
    }
    if (isDirect()) {
      options.put(DIRECT, "true");
    }
    return options;
  }
}
