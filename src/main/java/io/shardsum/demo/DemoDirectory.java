package io.shardsum.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that demos may write over, because an earlier demo made it.
 *
 * @param path where it is
 */
record DemoDirectory(Path path) {

  private static final String MARKER = ".shardsum-demo";

  /**
   * Makes it, and makes sure that nobody else's files are written over.
   *
   * @throws IOException if it cannot be made, or holds something else
   */
  void claim() throws IOException {
    Path marker = path.resolve(MARKER);
    if (Files.exists(path) && !Files.exists(marker) && !isEmpty()) {
      throw new IOException(
          "Cannot make a demo in %s: expected an empty directory or an earlier demo"
              .formatted(path));
    }
    Files.createDirectories(path);
    Files.writeString(marker, "Made by fleet-scan --demo, which will write over it.\n");
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.findAny().isEmpty();
    }
  }

  /** Removes what is there under a name, if anything is; links are removed, not followed. */
  void remove(String name) throws IOException {
    Path top = path.resolve(name);
    if (!Files.exists(top)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(top)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
