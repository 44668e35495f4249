package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;

/** By whom a bundle must be signed. */
sealed interface Signatory permits VerificationKey, RootCertificates, KeylessIdentity {

  /**
   * Checks a signature.
   *
   * @param bundle all of it
   * @throws ManifestException if it is another's, or of other content
   */
  void verify(String bundlePath, JsonNode bundle, DsseEnvelope envelope);
}
