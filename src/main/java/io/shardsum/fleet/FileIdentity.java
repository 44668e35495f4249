package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which file a path leads to: two paths with one identity are one file. Symbolic links, hard links
 * and bind mounts lead to one inode. An object of a store is its key. Its ETag is no part of it:
 * copies of the same content in two places have one ETag, and are two copies.
 */
public final class FileIdentity {
  /** A device has another number after each start of its host. */
  private static final Pattern INODE = Pattern.compile("inode \\d+:(\\d+)$");

  private FileIdentity() {}

  static String of(String location) {
    if (!location.startsWith("file:")) {
      return location.replaceFirst("^s3n?:", "s3a:");
    }
    Path path;
    try {
      path = Path.of(location.substring("file:".length()));
    } catch (InvalidPathException e) {
      return location;
    }
    try {
      Map<String, Object> inode = Files.readAttributes(path, "unix:dev,ino");
      return "inode " + inode.get("dev") + ":" + inode.get("ino");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return StorageLocation.canonical(location);
    }
  }

  /** What the tables have of a file: {@link #version(String, String)}. */
  public static String version(ListedFile file) {
    return version(of(file.path()), file.etag());
  }

  /** What another file of the same path would have otherwise: the inode, without its device. */
  static String version(String identity, String etag) {
    Matcher inode = INODE.matcher(identity);
    if (inode.find()) {
      return "inode " + inode.group(1);
    }
    return etag.isEmpty() ? "" : "etag " + etag;
  }
}
