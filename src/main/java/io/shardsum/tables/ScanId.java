package io.shardsum.tables;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The name of a scan, which is also a directory's name in every table.
 *
 * @param text letters, digits, dots, dashes and underscores, at most 100; begins with a letter or a
 *     digit
 */
public record ScanId(String text) {

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /**
   * Checks the text.
   *
   * @throws IllegalArgumentException if it could not be a directory's name everywhere
   */
  public ScanId {
    if (!ALLOWED.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "Invalid scan id '%s': expected 1 to 100 letters, digits, '.', '_' or '-', the first a letter or a digit"
              .formatted(text));
    }
  }

  /** An id that no other scan has: the time in UTC, and eight random digits. */
  public static ScanId startedAt(Instant time) {
    int random = ThreadLocalRandom.current().nextInt();
    return new ScanId(prefix(time) + HexFormat.of().toHexDigits(random));
  }

  /** Whether it may be the id that {@link #startedAt} has made for a scan begun then. */
  boolean isOf(Instant time) {
    return text.startsWith(prefix(time));
  }

  private static String prefix(Instant time) {
    return DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z-'", Locale.ROOT)
        .withZone(ZoneOffset.UTC)
        .format(time);
  }

  /** The day, in UTC, that a scan begun at {@code time} belongs to. */
  public static LocalDate dateOf(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }
}
