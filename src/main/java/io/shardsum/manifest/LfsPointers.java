package io.shardsum.manifest;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Git LFS pointers that are kept where the files were, as in a clone without its objects (the
 * format's {@code docs/spec.md}, version 1).
 */
final class LfsPointers {

  /** A pointer is shorter than this, as its specification says. */
  static final int MOST_BYTES = 1024;

  private static final Pattern POINTER =
      Pattern.compile(
          "version https://git-lfs\\.github\\.com/spec/v1\n(?:ext-[^\n]*\n)*oid ([a-z0-9]+):([0-9a-f]+)\nsize [0-9]+\n.*",
          Pattern.DOTALL);

  private LfsPointers() {}

  /** The digest that a pointer has; empty: the text is no pointer. */
  static Optional<String> digest(String path, String text) {
    Matcher pointer = POINTER.matcher(text);
    if (!pointer.matches()) {
      return Optional.empty();
    }
    if (!pointer.group(1).equals("sha256")) {
      throw ManifestException.of(path, "a pointer with an oid of sha256", pointer.group(1));
    }
    return Optional.of(pointer.group(2));
  }

  /**
   * The manifest that a directory is.
   *
   * @param pointers texts of pointers by their paths in it
   * @throws ManifestException if there is none
   */
  static Manifest of(String path, Map<String, String> pointers) {
    Digests digests = new Digests(path);
    pointers.forEach((name, text) -> digest(path, text).ifPresent(of -> digests.add(name, of)));
    return Manifest.unsigned(path, digests.files());
  }
}
