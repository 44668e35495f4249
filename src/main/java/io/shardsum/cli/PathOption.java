package io.shardsum.cli;

import org.apache.hadoop.fs.Path;

/** The value of an option that is a path of any Hadoop file system. */
final class PathOption {

  private PathOption() {}

  /**
   * Checks that it is a path.
   *
   * @throws UsageException if it is not
   */
  static void require(String option, String path) {
    try {
      new Path(path);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s: no path: %s: %s"
              .formatted(option, TerminalText.line(path), TerminalText.line(e.getMessage())));
    }
  }
}
