package io.shardsum.scan.plan;

import io.shardsum.exit.UsageException;
import io.shardsum.text.ForeignText;

/** A setting of Spark that does not parse: the user's to mend. */
public final class SettingException extends UsageException {

  private static final long serialVersionUID = 1L;
  private static final int VALUE_CODE_POINTS = 200;

  SettingException(String key, String expected, String found) {
    super(
        "Invalid setting %s: expected %s, found %s"
            .formatted(
                ForeignText.shown(key, VALUE_CODE_POINTS),
                expected,
                ForeignText.shown(found, VALUE_CODE_POINTS)));
  }
}
