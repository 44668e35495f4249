package io.shardsum.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The digests of a manifest, as they are read: each file once. */
final class Digests {

  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

  private final String path;
  private final Map<String, String> files = new TreeMap<>();

  /**
   * Begins.
   *
   * @param path of the manifest
   */
  Digests(String path) {
    this.path = path;
  }

  /**
   * Adds a file.
   *
   * @throws ManifestException if the digest is none of SHA-256, the name leads out of the
   *     directory, or the file has another digest already
   */
  void add(String name, String digest) {
    if (!SHA256.matcher(digest).matches()) {
      throw ManifestException.of(
          path, "SHA-256 in 64 hex digits", "`%s` of %s".formatted(digest, name));
    }
    String inDirectory = inDirectory(path, name);
    String hex = digest.toLowerCase(Locale.ROOT);
    String before = files.putIfAbsent(inDirectory, hex);
    if (before != null && !before.equals(hex)) {
      throw ManifestException.of(
          path, "one digest of each file", "two of %s".formatted(inDirectory));
    }
  }

  /** Reads JSON that says each thing once, and nothing after it. */
  static ObjectMapper strictJson() {
    JsonFactory json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(ManifestReader.MOST_BYTES).build())
            .build();
    return JsonMapper.builder(json)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /**
   * A name without `./` before it.
   *
   * @throws ManifestException if it leads out of the directory, or no file can have it
   */
  static String inDirectory(String path, String name) {
    String inDirectory = name.replaceFirst("^(\\./+)+", "");
    if (inDirectory.isEmpty()
        || inDirectory.startsWith("/")
        || inDirectory.indexOf('\0') >= 0
        || (inDirectory + "/").matches("(?s)(.*/)?\\.\\./.*")) {
      throw ManifestException.of(path, "names of files in the model's directory", name);
    }
    return inDirectory;
  }

  /**
   * All of them.
   *
   * @throws ManifestException if there is none
   */
  Map<String, String> files() {
    if (files.isEmpty()) {
      throw ManifestException.of(path, "digests of files", "none: it is empty");
    }
    return files;
  }
}
