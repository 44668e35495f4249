package io.shardsum.cli;

import org.apache.hadoop.fs.Path;

/** The value of {@code --out}. */
final class TablesPath {

  private TablesPath() {}

  /**
   * Checks that it is a path.
   *
   * @throws UsageException if it is not
   */
  static void require(String directory) {
    try {
      new Path(directory);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--out: no path: %s: %s"
              .formatted(TerminalText.line(directory), TerminalText.line(e.getMessage())));
    }
  }
}
