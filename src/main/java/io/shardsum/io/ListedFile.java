package io.shardsum.io;

import io.shardsum.text.ForeignText;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file as it was when it was listed.
 *
 * @param path as Hadoop's file systems read it: {@code s3a://bucket/x}, or a local path; or a local
 *     path of one host: {@code file://gpu-17/models/x}
 * @param lengthBytes its length
 * @param modifiedAtMillis when it was last modified, in milliseconds since 1970, UTC
 * @param etag the storage's own name of its content; empty: it gives none
 */
public record ListedFile(String path, long lengthBytes, long modifiedAtMillis, String etag)
    implements Serializable {

  private static final int MAX_CODE_POINTS_SHOWN = 4096;

  /** A local path, and before it the host on whose disk it is (RFC 8089). */
  private static final Pattern LOCAL = Pattern.compile("file:(//([^/]*))?(/.*)", Pattern.DOTALL);

  /** Checks that nothing is missing. */
  public ListedFile {
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(etag, "etag is null");
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("Invalid length of " + path + ": " + lengthBytes);
    }
  }

  /** A file in a storage that names no contents. */
  public ListedFile(String path, long lengthBytes, long modifiedAtMillis) {
    this(path, lengthBytes, modifiedAtMillis, "");
  }

  /** What a file system says of a file. */
  public static ListedFile of(FileStatus status) {
    FileState state = FileState.of(status);
    return new ListedFile(
        status.getPath().toString(),
        state.lengthBytes(),
        state.modifiedAtMillis(),
        state.etag().orElse(""));
  }

  /** The host on whose disk the file lies; empty: any that sees the path. */
  public Optional<String> host() {
    return hostOf(path);
  }

  /** The host that a location names; empty: it names none. */
  public static Optional<String> hostOf(String location) {
    Matcher local = LOCAL.matcher(location);
    return local.matches()
        ? Optional.ofNullable(local.group(2)).filter(host -> !host.isEmpty())
        : Optional.empty();
  }

  /** Whether a location is a path of the local file system, of whatever host. */
  public static boolean isLocal(String location) {
    return LOCAL.matcher(location).matches();
  }

  /** A local location on the disk of a host: {@code file://gpu-17/models/a}; others stay. */
  public static String on(String host, String location) {
    Matcher local = LOCAL.matcher(location);
    return local.matches() ? "file://" + host + local.group(3) : location;
  }

  /** A local location without the host that it names. */
  public static String withoutHost(String location) {
    Matcher local = LOCAL.matcher(location);
    return local.matches() ? "file:" + local.group(3) : location;
  }

  /** The same file on the disk of a host; one that is not local stays. */
  public ListedFile on(String host) {
    return new ListedFile(on(host, path), lengthBytes, modifiedAtMillis, etag);
  }

  /**
   * What the paths of all files below a directory begin with, as file systems list them: however
   * the directory is written, and also where it is the root.
   */
  public static String prefix(Path directory, FileSystem storage) {
    String qualified = storage.makeQualified(directory).toString();
    return qualified.endsWith("/") ? qualified : qualified + "/";
  }

  /** The path as a message shows it: in one line. */
  public String shown() {
    return shown(path);
  }

  /** Text that others have made, in one line. */
  public static String shown(String text) {
    return ForeignText.shown(text, MAX_CODE_POINTS_SHOWN);
  }
}
