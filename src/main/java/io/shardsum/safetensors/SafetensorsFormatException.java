package io.shardsum.safetensors;

import java.io.IOException;

/**
 * A file is not of the safetensors format: the file's fault, not that of whoever reads it.
 *
 * <p>The message is one line, {@code Cannot read FILE: RULE BROKEN: tensor `NAME`: expected X,
 * found Y}, without the tensor where none is concerned, and with what comes from the file escaped
 * and cut.
 */
public final class SafetensorsFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final String tensor;
  private final FormatRule rule;
  private final String expected;
  private final String found;

  SafetensorsFormatException(
      String file, String tensor, FormatRule rule, String expected, String found) {
    super(message(file, tensor, rule, expected, found));
    this.file = file;
    this.tensor = tensor;
    this.rule = rule;
    this.expected = expected;
    this.found = found;
  }

  private static String message(
      String file, String tensor, FormatRule rule, String expected, String found) {
    StringBuilder message = new StringBuilder("Cannot read ");
    message.append(HeaderText.shown(file)).append(": ").append(rule.brokenInWords());
    if (tensor != null) {
      message.append(": tensor ").append(HeaderText.quoted(tensor));
    }
    return message
        .append(": expected ")
        .append(expected)
        .append(", found ")
        .append(found)
        .toString();
  }

  /** The file's name, as its {@link ByteSource} gave it. */
  public String file() {
    return file;
  }

  /** The name, unescaped and whole, of the tensor concerned; null if there is none. */
  public String tensor() {
    return tensor;
  }

  /** The broken rule. */
  public FormatRule rule() {
    return rule;
  }

  /** What the rule asks for, fit for a message. */
  public String expected() {
    return expected;
  }

  /** What the file has instead, fit for a message. */
  public String found() {
    return found;
  }
}
