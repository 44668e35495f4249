package io.shardsum.tables;

import java.util.Locale;

/** Which engines of a fleet a scan looks at. */
public enum Scope {
  /** All: an engine that is not in the scan is not in the fleet. */
  FLEET,
  /** Those that were named: others are not looked at. */
  CHOSEN;

  /** The key in the JSON of {@code scans.settings}. */
  public static final String SETTING = "scope";

  /** As the settings of a scan have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
