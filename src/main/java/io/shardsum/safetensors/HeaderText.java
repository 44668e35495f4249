package io.shardsum.safetensors;

import io.shardsum.text.ForeignText;

/** Text of a file's making, made fit for one line of a message. */
final class HeaderText {

  private static final int MAX_CODE_POINTS = 200;

  private HeaderText() {}

  /** {@link #shown} in backticks, with its own backticks escaped. */
  static String quoted(String text) {
    return "`" + shown(text).replace("`", "\\`") + "`";
  }

  /**
   * The text with every character that does not print, and the backslash, as an escape; after 200
   * code points it is cut, and its length follows.
   */
  static String shown(String text) {
    return ForeignText.shown(text, MAX_CODE_POINTS);
  }
}
