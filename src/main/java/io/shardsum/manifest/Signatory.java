package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;

/** By whom a bundle must be signed. */
sealed interface Signatory permits VerificationKey, RootCertificates {

  /**
   * Checks a signature.
   *
   * @param material the bundle's {@code verificationMaterial}
   * @throws ManifestException if it is another's, or of other content
   */
  void verify(String bundlePath, JsonNode material, DsseEnvelope envelope);
}
