package io.shardsum.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as the page shows them; its script shows them in the same way. */
final class Figures {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Figures() {}

  /** {@code 1,234}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 1 engine}, {@code 1,234 engines}. */
  static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** In decimal units: {@code 1.50 GB}. */
  static String bytes(long bytes) {
    String[] units = {"kB", "MB", "GB", "TB", "PB"};
    double value = bytes;
    String unit = "B";
    for (int power = 0; power < units.length && value >= 1000; power++) {
      value /= 1000;
      unit = units[power];
    }
    return unit.equals("B") ? bytes + " B" : String.format(Locale.ROOT, "%.2f %s", value, unit);
  }

  /** To the minute. */
  static String time(Instant time) {
    return TIME.format(time);
  }

  /** A part of a whole: never 100 % where something is left, never 0 % where there is something. */
  static String percent(long part, long whole) {
    if (whole == 0 || part == whole) {
      return whole == 0 ? "0 %" : "100 %";
    }
    double percent = Math.min(99.9, Math.max(part == 0 ? 0 : 0.1, 100.0 * part / whole));
    return String.format(Locale.ROOT, "%.1f %%", percent);
  }
}
