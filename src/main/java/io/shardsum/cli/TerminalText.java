package io.shardsum.cli;

import io.shardsum.text.ForeignText;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names and numbers as the terminal shows them. */
final class TerminalText {

  private static final int NAME_CODE_POINTS = 60;
  private static final int LINE_CODE_POINTS = 1_000;
  private static final int NAMES_SHOWN = 6;
  private static final int CHECKSUM_DIGITS = 16;

  private TerminalText() {}

  static String name(String name) {
    return ForeignText.shown(name, NAME_CODE_POINTS);
  }

  static String line(String text) {
    return ForeignText.shown(text, LINE_CODE_POINTS);
  }

  /** The first names, and how many more there are. */
  static String list(Collection<String> names) {
    String first =
        names.stream()
            .sorted()
            .limit(NAMES_SHOWN)
            .map(TerminalText::name)
            .collect(Collectors.joining(", "));
    int more = names.size() - NAMES_SHOWN;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** The first digits of a digest, enough to tell digests apart by eye. */
  static String checksum(String digest) {
    return digest.substring(0, CHECKSUM_DIGITS);
  }

  /** {@code 1 engine}, {@code 2 engines}. */
  static String count(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
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
