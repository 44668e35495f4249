package io.shardsum.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What {@code model_signing} 1.1 signs of a directory: an in-toto statement whose resources are its
 * files with their SHA-256.
 *
 * @param name of the directory
 * @param digests SHA-256 in lower-case hex, by the file's path in the directory
 * @param ignored paths in it that are left out, each with all below it
 * @param links whether files are also reached by symbolic links
 */
public record ModelStatement(
    String name, Map<String, String> digests, List<String> ignored, Links links) {

  /** Whether symbolic links are followed. */
  public enum Links {
    /** There are none. */
    NONE,
    /** To files. Who verifies must allow them, too. */
    FOLLOWED
  }

  /** The order of Python's paths: name by name, by code points. */
  private static final Comparator<String> ORDER =
      (a, b) -> Arrays.compare(a.split("/"), b.split("/"), ModelStatement::compareNames);

  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies map and list. */
  public ModelStatement {
    TreeMap<String, String> ordered = new TreeMap<>(ORDER);
    ordered.putAll(digests);
    digests = ordered;
    ignored = List.copyOf(ignored);
  }

  private static int compareNames(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** Signs: the bundle, as {@code model.sig} has it. */
  public String signed(SigningKey key) {
    ObjectNode bundle = JsonNodeFactory.instance.objectNode();
    bundle.put("mediaType", BUNDLE);
    ObjectNode material = bundle.putObject("verificationMaterial");
    material.putObject("publicKey").put("hint", key.hint());
    material.putArray("tlogEntries");
    bundle.set(SignedStatement.KEY, DsseEnvelope.signed(bytes(json()), key).json(""));
    return bundle.toString();
  }

  private ObjectNode json() {
    ObjectNode statement = JsonNodeFactory.instance.objectNode();
    statement.put("_type", SignedStatement.STATEMENT);
    statement
        .putArray("subject")
        .addObject()
        .put("name", name)
        .putObject("digest")
        .put("sha256", ofAll());
    statement.put("predicateType", SignedStatement.PREDICATE);
    ObjectNode predicate = statement.putObject("predicate");
    ObjectNode serialization = predicate.putObject("serialization");
    serialization.put("method", "files");
    serialization.put("hash_type", "sha256");
    serialization.put("allow_symlinks", links == Links.FOLLOWED);
    ignored.forEach(serialization.putArray("ignore_paths")::add);
    ArrayNode resources = predicate.putArray("resources");
    digests.forEach(
        (file, digest) ->
            resources
                .addObject()
                .put("name", file)
                .put("algorithm", "sha256")
                .put("digest", digest));
    return statement;
  }

  private String ofAll() {
    return DigestUtils.sha256Hex(HexFormat.of().parseHex(String.join("", digests.values())));
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Texts are JSON", e);
    }
  }
}
