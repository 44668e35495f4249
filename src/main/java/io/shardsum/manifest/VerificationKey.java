package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key of an elliptic curve: ECDSA over P-256, P-384 or P-521, each with the SHA-2 of its
 * length, as the Sigstore bundle's specification has it.
 */
public record VerificationKey(String path, ECPublicKey key) implements Signatory {

  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");

  private static final Map<Integer, String> ALGORITHMS =
      Map.of(256, "SHA256withECDSA", 384, "SHA384withECDSA", 521, "SHA512withECDSA");

  /**
   * Reads PEM.
   *
   * @throws ManifestException if it is none of such a key; the message has nothing of its content
   */
  public static VerificationKey parse(String path, String pem) {
    Matcher key = PEM.matcher(pem);
    if (key.matches()) {
      try {
        byte[] bytes = Base64.getMimeDecoder().decode(key.group(1));
        return of(path, KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(bytes)));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw unusable(path, "another");
      }
    }
    throw unusable(path, pem.contains("PRIVATE KEY") ? "a private key" : "none");
  }

  /**
   * A key that is there.
   *
   * @throws ManifestException if it is none of these curves
   */
  static VerificationKey of(String path, PublicKey key) {
    if (key instanceof ECPublicKey ec && ALGORITHMS.containsKey(bits(ec))) {
      return new VerificationKey(path, ec);
    }
    throw unusable(path, "another");
  }

  @Override
  public void verify(String bundlePath, JsonNode bundle, DsseEnvelope envelope) {
    JsonNode material = bundle.path(SignedStatement.MATERIAL);
    if (!material.has("publicKey")) {
      throw ManifestException.of(
          bundlePath,
          "a signature by the key " + path,
          material.has("x509CertificateChain")
              ? "one by a certificate, which needs `certificate`"
              : "a keyless one, which needs `identity`, `issuer` and `trusted-root`");
    }
    envelope.verify(bundlePath, this);
  }

  private static ManifestException unusable(String path, String found) {
    return new ManifestException(
        "Cannot verify with %s: expected a public key in PEM (EC, P-256, P-384 or P-521), found %s"
            .formatted(path, found));
  }

  private static int bits(ECPublicKey key) {
    return key.getParams().getCurve().getField().getFieldSize();
  }

  /** Whether it has signed these bytes. */
  boolean hasSigned(byte[] content, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(ALGORITHMS.get(bits(key)));
      verifier.initVerify(key);
      verifier.update(content);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
