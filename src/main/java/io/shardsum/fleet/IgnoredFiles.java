package io.shardsum.fleet;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * What a description lets lie in an engine's directory: these files are neither read nor named.
 *
 * @param patterns globs of paths relative to the engine's directory; a folder stands for all in it
 */
public record IgnoredFiles(List<String> patterns) {
  /** Nothing. */
  public static final IgnoredFiles NONE = new IgnoredFiles(List.of());

  /**
   * Checks the patterns.
   *
   * @throws FleetException if one is not a glob
   */
  public IgnoredFiles {
    patterns = List.copyOf(patterns);
    patterns.forEach(IgnoredFiles::matcher);
  }

  private static PathMatcher matcher(String pattern) {
    String glob = pattern.replaceFirst("^\\./", "").replaceFirst("/+$", "");
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new FleetException(
          "ignore: " + MessageText.quoted(pattern) + " is not a pattern: " + e.getDescription());
    }
  }

  boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether a path, or a folder above it, matches. */
  public boolean match(String relativePath) {
    try {
      for (Path at = Path.of(relativePath); at != null; at = at.getParent()) {
        for (String pattern : patterns) {
          if (matcher(pattern).matches(at)) {
            return true;
          }
        }
      }
    } catch (InvalidPathException e) {
      return false;
    }
    return false;
  }
}
