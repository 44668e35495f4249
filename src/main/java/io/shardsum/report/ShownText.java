package io.shardsum.report;

import io.shardsum.text.ForeignText;

/** Text of others as the page has it: harmless wherever it stands, and not longer than fits. */
final class ShownText {

  /** A name may have any length; so much of it is kept. */
  static final int WHOLE_CODE_POINTS = 20_000;

  private static final int SHORT_CODE_POINTS = 64;
  private static final int BEGIN_CODE_POINTS = 36;
  private static final int END_CODE_POINTS = 20;

  private ShownText() {}

  /** All of a text, or nearly all: see {@link ForeignText#shown}. */
  static String whole(String text) {
    return ForeignText.shown(text, WHOLE_CODE_POINTS);
  }

  /** Begin and end of a text that is long. The page's script shortens in the same way. */
  static String shortened(String text) {
    String whole = whole(text);
    int length = whole.codePointCount(0, whole.length());
    if (length <= SHORT_CODE_POINTS) {
      return whole;
    }
    return whole.substring(0, whole.offsetByCodePoints(0, BEGIN_CODE_POINTS))
        + "…"
        + whole.substring(whole.offsetByCodePoints(whole.length(), -END_CODE_POINTS));
  }
}
