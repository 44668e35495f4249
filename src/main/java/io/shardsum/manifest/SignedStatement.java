package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A bundle of OpenSSF model signing, version 1 ({@code model.sig}): an in-toto statement in a DSSE
 * envelope. Its resources are files, or shards of files where it was made so; the subject's digest
 * is that of all resources' digests in their order.
 */
final class SignedStatement {

  static final String KEY = "dsseEnvelope";
  static final String MATERIAL = "verificationMaterial";

  static final String STATEMENT = "https://in-toto.io/Statement/v1";
  static final String PREDICATE = "https://model_signing/signature/v1.0";
  private static final ObjectMapper JSON = Digests.strictJson();

  private SignedStatement() {}

  /**
   * Reads, and verifies.
   *
   * @param signatory by whom it must be signed; empty: it is read only
   * @throws ManifestException if the signature is another's, the statement contradicts itself, or
   *     its digests are not those of whole files
   */
  static Manifest parse(String path, JsonNode bundle, Optional<Signatory> signatory) {
    DsseEnvelope envelope = DsseEnvelope.parse(path, bundle.path(KEY));
    signatory.ifPresent(of -> of.verify(path, bundle, envelope));
    JsonNode statement = json(path, envelope.payload());
    require(path, "the statement type " + STATEMENT, statement.path("_type"), STATEMENT);
    require(path, "the predicate " + PREDICATE, statement.path("predicateType"), PREDICATE);
    JsonNode predicate = statement.path("predicate");
    require(
        path,
        "digests of whole files (model_signing's own default)",
        predicate.path("serialization").path("method"),
        "files");
    Digests digests = new Digests(path);
    MessageDigest all = DigestUtils.getSha256Digest();
    for (JsonNode resource : predicate.path("resources")) {
      require(
          path,
          "SHA-256, the only digest that Shardsum computes of files",
          resource.path("algorithm"),
          "sha256");
      String digest = resource.path("digest").asText();
      digests.add(resource.path("name").asText(), digest);
      try {
        all.update(Hex.decodeHex(digest));
      } catch (DecoderException e) {
        throw new IllegalStateException("64 hex digits are hex", e);
      }
    }
    requireSubject(path, statement, Hex.encodeHexString(all.digest()));
    return new Manifest(
        path,
        signatory.isPresent() ? Signing.VERIFIED : Signing.NOT_VERIFIED,
        new TreeMap<>(digests.files()),
        new TreeMap<>(),
        new TreeMap<>(),
        ignored(predicate),
        new TreeMap<>());
  }

  private static List<String> ignored(JsonNode predicate) {
    List<String> ignored = new ArrayList<>();
    predicate.path("serialization").path("ignore_paths").forEach(of -> ignored.add(of.asText()));
    return ignored;
  }

  private static void requireSubject(String path, JsonNode statement, String ofResources) {
    require(
        path,
        "that the subject's digest is that of the resources, " + ofResources,
        statement.path("subject").path(0).path("digest").path("sha256"),
        ofResources);
  }

  private static void require(String path, String expected, JsonNode found, String value) {
    if (!found.asText().equals(value)) {
      throw ManifestException.of(path, expected, found.isMissingNode() ? "none" : found.asText());
    }
  }

  private static JsonNode json(String path, byte[] payload) {
    try {
      return JSON.readTree(payload);
    } catch (IOException e) {
      throw ManifestException.of(path, "a statement in JSON", "something else");
    }
  }
}
