package io.shardsum.tables;

import io.shardsum.exit.UsageException;
import io.shardsum.text.ForeignText;

/** What was declared to be right cannot be compared with: the user's to mend. */
public final class ReferenceException extends UsageException {

  private static final long serialVersionUID = 1L;
  private static final int MESSAGE_CODE_POINTS = 1_000;

  public ReferenceException(String message) {
    super(ForeignText.shown(message, MESSAGE_CODE_POINTS));
  }
}
