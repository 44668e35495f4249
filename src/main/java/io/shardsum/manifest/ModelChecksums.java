package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The file of SGLang's {@code --model-checksum}, as {@code sglang.srt.utils.model_file_verifier
 * generate} writes it: {@code {"files": {"a.safetensors": {"sha256": "...", "size": 4096}}}},
 * before release 0.5.10 {@code {"checksums": {"a.safetensors": "..."}}}.
 */
final class ModelChecksums {

  private static final String FILES = "files";
  private static final String CHECKSUMS = "checksums";

  private ModelChecksums() {}

  /** Whether it may be such a file. */
  static boolean is(JsonNode json) {
    return json.path(CHECKSUMS).isObject() || json.path(FILES).isObject();
  }

  /**
   * Reads.
   *
   * @throws ManifestException if it is not such a file
   */
  static Manifest parse(String path, JsonNode json) {
    Digests digests = new Digests(path);
    json.path(CHECKSUMS).properties().forEach(of -> digests.add(of.getKey(), text(of.getValue())));
    json.path(FILES)
        .properties()
        .forEach(of -> digests.add(of.getKey(), text(of.getValue().path("sha256"))));
    return Manifest.unsigned(path, digests.files());
  }

  private static String text(JsonNode digest) {
    return digest.isMissingNode() ? "no sha256" : digest.asText();
  }
}
