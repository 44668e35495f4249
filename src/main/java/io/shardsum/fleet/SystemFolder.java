package io.shardsum.fleet;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Folders that operating systems, storage and tools make for themselves: nobody's weights. */
final class SystemFolder {
  private static final Set<String> NAMES =
      Set.of(
          "lost+found",
          "@eadir",
          "#recycle",
          "#snapshot",
          "$recycle.bin",
          "system volume information",
          "__macosx",
          "__pycache__",
          "_temporary",
          "_delta_log");

  private static final List<String> BEGINNINGS = List.of(".", "_canary-");

  private SystemFolder() {}

  /** Whether a folder has a name of theirs; a name that begins with a dot is hidden. */
  static boolean isNamed(String name) {
    return NAMES.contains(name.toLowerCase(Locale.ROOT))
        || BEGINNINGS.stream().anyMatch(name::startsWith);
  }
}
