package io.shardsum.io;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most bytes that a process reads in a second.
 *
 * @param bytesPerSecond from 1
 */
public record ByteRate(long bytesPerSecond) implements Serializable {

  /** As fast as the storage is. */
  public static final ByteRate UNLIMITED = new ByteRate(Long.MAX_VALUE);

  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB");
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)([KMGT]?B)(?:/s)?");
  private static final int STEP = 1000;
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  /** Checks that something is read. */
  public ByteRate {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("Invalid rate: " + bytesPerSecond);
    }
  }

  /**
   * Reads a rate, as {@code 500MB/s} or {@code 1.5GB}: 1 KB is 1000 bytes.
   *
   * @throws IllegalArgumentException if the text is none, or says less than a byte a second; its
   *     message says what was expected and what was found
   */
  public static ByteRate parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    BigDecimal bytes =
        matcher.matches()
            ? new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(STEP).pow(UNITS.indexOf(matcher.group(2))))
            : BigDecimal.ZERO;
    if (bytes.compareTo(BigDecimal.ONE) < 0 || bytes.compareTo(MOST) >= 0) {
      throw new IllegalArgumentException(
          "expected bytes a second as in 500MB/s or 1.5GB/s, more than 0, found "
              + ListedFile.shown(text));
    }
    return new ByteRate(bytes.longValue());
  }

  public boolean isUnlimited() {
    return equals(UNLIMITED);
  }

  /** As {@link #parse} reads it, with the largest unit that leaves a whole number. */
  @Override
  public String toString() {
    long number = bytesPerSecond;
    int unit = 0;
    while (number % STEP == 0 && unit < UNITS.size() - 1) {
      number /= STEP;
      unit++;
    }
    return number + UNITS.get(unit) + "/s";
  }
}
