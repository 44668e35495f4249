package io.shardsum.scan.plan;

import io.shardsum.tables.ScanId;
import java.util.Optional;

/**
 * An earlier scan that is right by declaration.
 *
 * @param engine the engine of it that is; empty: its engines, which must be equal
 */
public record Baseline(ScanId scanId, Optional<String> engine) {

  /** The key in the JSON of {@code scans.settings}. */
  public static final String SETTING = "baseline";

  /**
   * Reads {@code SCAN_ID} or {@code SCAN_ID/ENGINE}.
   *
   * @throws IllegalArgumentException if the scan's name cannot be one, or the engine's is empty
   */
  public static Baseline parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new Baseline(new ScanId(text), Optional.empty());
    }
    if (slash == text.length() - 1) {
      throw new IllegalArgumentException(
          "Invalid baseline '%s': expected SCAN_ID or SCAN_ID/ENGINE, found no engine"
              .formatted(text));
    }
    return new Baseline(
        new ScanId(text.substring(0, slash)), Optional.of(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return scanId.text() + engine.map(name -> "/" + name).orElse("");
  }
}
