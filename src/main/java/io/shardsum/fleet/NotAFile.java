package io.shardsum.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a directory holds in the place of a file. It has the name, and nobody can read it.
 *
 * @param name relative to the directory that was listed
 * @param what it is, as in {@code is a directory}
 */
record NotAFile(String name, String path, String what) {
  static NotAFile directory(String name, String path) {
    return new NotAFile(name, path, "is a directory");
  }

  /** The links of a local directory that lead nowhere: Hadoop does not list them. */
  static List<NotAFile> deadLinks(Path directory, String prefix) throws IOException {
    List<NotAFile> dead = new ArrayList<>();
    try (DirectoryStream<Path> links =
        Files.newDirectoryStream(
            directory, entry -> Files.isSymbolicLink(entry) && !Files.exists(entry))) {
      for (Path link : links) {
        dead.add(
            new NotAFile(
                prefix + link.getFileName(),
                "file:" + link,
                "is a symbolic link to %s, which does not exist or is not readable"
                    .formatted(MessageText.quoted(Files.readSymbolicLink(link).toString()))));
      }
    }
    return dead;
  }

  boolean isVisibleShard() {
    return name.endsWith(ShardPattern.SUFFIX)
        && !FoundFile.isHidden(name.substring(name.lastIndexOf('/') + 1));
  }

  /** What some of them are, in words. */
  static String reasons(List<NotAFile> some) {
    return some.stream().map(NotAFile::reason).collect(Collectors.joining("; "));
  }

  /** Itself in words. */
  String reason() {
    return MessageText.printable(name) + " " + what;
  }
}
