package io.shardsum.cli;

import io.shardsum.text.ForeignText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Names and numbers as the terminal shows them. */
final class TerminalText {

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int LINE_CODE_POINTS = 1_000;
  private static final int CHECKSUM_DIGITS = 16;

  private TerminalText() {}

  static String line(String text) {
    return ForeignText.shown(text, LINE_CODE_POINTS);
  }

  /** The first digits of a digest, enough to tell digests apart by eye. */
  static String checksum(String digest) {
    return digest.substring(0, CHECKSUM_DIGITS);
  }

  /** A time of day in UTC, which is not written: {@code 2026-11-29 02:00}. */
  static String minute(Instant time) {
    return MINUTE.format(time);
  }

  /** Bytes in decimal units: {@code 1.50 GB}. */
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
}
