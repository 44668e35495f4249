package io.shardsum.manifest;

import io.shardsum.exit.UsageException;
import io.shardsum.text.ForeignText;

/** A manifest that cannot be used: what, where, and what was expected, in one line. */
public final class ManifestException extends UsageException {

  private static final long serialVersionUID = 1;
  private static final int MESSAGE_CODE_POINTS = 1_000;

  public ManifestException(String message) {
    super(ForeignText.shown(message, MESSAGE_CODE_POINTS));
  }

  static ManifestException cannotRead(String path, String why) {
    return new ManifestException("Cannot read %s: %s".formatted(path, why));
  }

  static ManifestException of(String path, String expected, String found) {
    return new ManifestException(
        "Cannot use the manifest %s: expected %s, found %s".formatted(path, expected, found));
  }
}
