package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;

/** Text of a checkpoint's or a user's making, made fit for one line of a message. */
public final class MessageText {
  private static final int MAX_CODE_POINTS = 200;

  private MessageText() {}

  /** The text in single quotes, shortened, with everything that could disturb a line escaped. */
  public static String quoted(String text) {
    return "'" + shown(text) + "'";
  }

  /** As {@link #quoted}, without quotes. */
  public static String shown(String text) {
    return ForeignText.shown(text, MAX_CODE_POINTS);
  }
}
