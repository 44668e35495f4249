package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The file of SGLang's {@code --model-checksum}: {@code {"checksums": {"a.safetensors": "..."}}},
 * as {@code sglang.srt.utils.model_file_verifier generate} writes it.
 */
final class ModelChecksums {

  static final String KEY = "checksums";

  private ModelChecksums() {}

  /**
   * Reads.
   *
   * @throws ManifestException if it is not such a file
   */
  static Manifest parse(String path, JsonNode json) {
    Digests digests = new Digests(path);
    json.path(KEY).properties().forEach(of -> digests.add(of.getKey(), of.getValue().asText()));
    return Manifest.unsigned(path, digests.files());
  }
}
