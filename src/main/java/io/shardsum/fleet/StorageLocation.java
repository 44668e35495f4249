package io.shardsum.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where {@code shards} lie: a directory with its scheme. */
public final class StorageLocation {
  private static final Pattern WITH_SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);

  /** Not the port of a host, behind which a path may have an @. A secret may have slashes. */
  private static final Pattern LOGIN =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/@:]+:(?!\\d+/)[^@]*@", Pattern.DOTALL);

  /** As S3, Google Cloud Storage and Azure sign: whoever has the URL may read. */
  private static final Pattern SIGNED =
      Pattern.compile(
          "([^?]*)\\?(.*&)?(X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature|Signature|sig)=.*",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  private StorageLocation() {}

  /**
   * Gives a location its scheme. One that has a scheme is kept; without one it is local, whatever
   * the default file system of Hadoop is, except below a base directory elsewhere.
   */
  public static String resolve(String location, String baseDirectory) {
    requireNoSecret(location);
    if (WITH_SCHEME.matcher(location).matches()) {
      return location;
    }
    if (!location.startsWith("/") && WITH_SCHEME.matcher(baseDirectory).matches()) {
      return baseDirectory.replaceFirst("/+$", "") + "/" + location;
    }
    try {
      Path absolute = Path.of(baseDirectory).toAbsolutePath().resolve(location).normalize();
      return "file:" + absolute;
    } catch (InvalidPathException e) {
      throw new FleetException(
          "Cannot resolve " + MessageText.quoted(location) + ": " + MessageText.cause(e), e);
    }
  }

  /**
   * Checks that a location holds no password and no signature: it is shown in messages, tables and
   * logs.
   *
   * @throws FleetException if it does; the message does not have it
   */
  static void requireNoSecret(String location) {
    Matcher login = LOGIN.matcher(location);
    if (login.lookingAt()) {
      throw new FleetException(
          "%s: expected no login in a path, found one (keys belong into the environment or the properties file)"
              .formatted(
                  MessageText.printable(
                      login.group(1) + "***@" + location.substring(login.end()))));
    }
    Matcher signed = SIGNED.matcher(location);
    if (signed.matches()) {
      throw new FleetException(
          "%s: expected a path, found a signed URL"
              .formatted(MessageText.printable(signed.group(1) + "?***")));
    }
  }

  /**
   * The same place for each way to name it: a local directory's links are followed, as far as there
   * is one.
   */
  public static String canonical(String location) {
    if (!location.startsWith("file:")) {
      return location;
    }
    try {
      Path path = Path.of(location.substring("file:".length())).toAbsolutePath().normalize();
      for (Path above = path; above != null; above = above.getParent()) {
        if (Files.exists(above)) {
          return "file:" + above.toRealPath().resolve(above.relativize(path)).normalize();
        }
      }
      return location;
    } catch (IOException | InvalidPathException e) {
      return location;
    }
  }

  /** Whether a place is a directory or lies below it. */
  static boolean isWithin(String location, String directory) {
    String above = canonical(directory).replaceFirst("/+$", "") + "/";
    return (canonical(location) + "/").startsWith(above);
  }
}
