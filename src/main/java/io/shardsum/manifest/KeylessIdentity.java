package io.shardsum.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.fleet.KeylessSpec;
import java.util.Map;

/**
 * Somebody whom an issuer (OpenID Connect) identifies: Sigstore issues a certificate for some
 * minutes, and logs the signature. Nothing is asked over a network.
 *
 * @param trustedRoot the keys of the instance of Sigstore, as JSON
 */
record KeylessIdentity(KeylessSpec spec, JsonNode trustedRoot, SigstoreLibrary library)
    implements Signatory {

  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a trusted root, or the configuration of a client, which has one.
   *
   * @throws ManifestException if it is neither
   */
  static KeylessIdentity parse(KeylessSpec spec, String text, SigstoreLibrary library) {
    try {
      JsonNode json = JSON.readTree(text);
      JsonNode root = json.has("trustedRoot") ? json.get("trustedRoot") : json;
      if (root.path("mediaType").asText().startsWith(MEDIA_TYPE)) {
        return new KeylessIdentity(spec, root, library);
      }
    } catch (JsonProcessingException e) {
      throw unusable(spec, "something else");
    }
    throw unusable(spec, "other JSON");
  }

  private static ManifestException unusable(KeylessSpec spec, String found) {
    return new ManifestException(
        "Cannot verify with %s: expected a trusted root of Sigstore (JSON), found %s"
            .formatted(spec.trustedRoot(), found));
  }

  @Override
  public void verify(String bundlePath, JsonNode bundle, DsseEnvelope envelope) {
    JsonNode material = bundle.path(SignedStatement.MATERIAL);
    if (material.has("publicKey")) {
      throw refused(bundlePath, "one by a key");
    }
    library
        .verify(
            Map.of(
                "bundle",
                bundle.toString(),
                "trusted-root",
                trustedRoot.toString(),
                "identity",
                spec.identity(),
                "issuer",
                spec.issuer()))
        .ifPresent(
            found -> {
              throw refused(bundlePath, found);
            });
  }

  private ManifestException refused(String bundlePath, String found) {
    return ManifestException.of(
        bundlePath,
        "a keyless signature by %s, identified by %s, as %s trusts"
            .formatted(spec.identity(), spec.issuer(), spec.trustedRoot()),
        found);
  }
}
