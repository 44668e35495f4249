package io.shardsum.manifest;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list as {@code sha256sum} writes it, also with {@code --tag}: a line for each file. A name with
 * a line feed or a backslash is escaped, and its line begins with a backslash (the manual of GNU
 * coreutils, "md5sum invocation"). Lines with # are comments, as {@code b3sum} and others allow.
 */
final class ChecksumList {

  private static final Pattern LINE =
      Pattern.compile("(\\\\?)([0-9a-fA-F]{32,128})(?: [ *]|\t)(.+)", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile("(\\\\?)([A-Za-z0-9/-]+) \\((.+)\\) = ([0-9a-fA-F]{32,128})");
  private static final int SHA256_DIGITS = 64;

  private static final Map<Integer, String> BY_DIGITS =
      Map.of(32, "MD5", 40, "SHA-1", 56, "SHA-224", 96, "SHA-384", 128, "SHA-512");

  private ChecksumList() {}

  /**
   * Reads.
   *
   * @throws ManifestException if a line is not one of such a list, the digests are not SHA-256, or
   *     the list's name says that they are BLAKE3: those have as many digits
   */
  static Manifest parse(String path, String text) {
    String file = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    if (file.contains("b3") || file.contains("blake3")) {
      throw otherDigest(path, "BLAKE3, by its file name");
    }
    Digests digests = new Digests(path);
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        add(line, number, digests, path);
      }
    }
    return Manifest.unsigned(path, digests.files());
  }

  private static void add(String line, int number, Digests digests, String path) {
    Matcher tagged = TAGGED.matcher(line);
    if (tagged.matches()) {
      if (!tagged.group(2).equalsIgnoreCase("SHA256")) {
        throw otherDigest(path, tagged.group(2));
      }
      digests.add(name(tagged.group(1), tagged.group(3)), tagged.group(4));
      return;
    }
    Matcher plain = LINE.matcher(line);
    if (!plain.matches()) {
      throw ManifestException.of(
          path,
          "lines of a digest, two spaces and a name, as sha256sum writes them",
          "line %s: %s".formatted(Integer.toString(number), line));
    }
    int digits = plain.group(2).length();
    if (digits != SHA256_DIGITS) {
      throw otherDigest(
          path, BY_DIGITS.getOrDefault(digits, "a digest of " + digits + " hex digits"));
    }
    digests.add(name(plain.group(1), plain.group(3)), plain.group(2));
  }

  private static ManifestException otherDigest(String path, String found) {
    return ManifestException.of(
        path, "SHA-256, the only digest that Shardsum computes of files", found);
  }

  private static String name(String escape, String name) {
    return escape.isEmpty()
        ? name
        : name.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\");
  }
}
