package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The certificates that somebody trusts: a bundle is signed by one that they, or those that they
 * vouch for, have issued (RFC 5280). All must be valid now: nothing proves when a bundle was
 * signed. Revocation is not looked up.
 */
record RootCertificates(String path, List<X509Certificate> roots, Clock clock)
    implements Signatory {

  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

  /** Copies the list. */
  RootCertificates {
    roots = List.copyOf(roots);
  }

  /**
   * Reads PEM.
   *
   * @param clock says whether certificates are valid
   * @throws ManifestException if it has none
   */
  static RootCertificates parse(String path, String pem, Clock clock) {
    try {
      List<X509Certificate> roots = new ArrayList<>();
      for (Certificate root :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
        roots.add((X509Certificate) root);
      }
      if (!roots.isEmpty()) {
        return new RootCertificates(path, roots, clock);
      }
    } catch (CertificateException e) {
      throw unusable(path, "something else");
    }
    throw unusable(path, "none");
  }

  private static ManifestException unusable(String path, String found) {
    return new ManifestException(
        "Cannot verify with %s: expected certificates in PEM (X.509), found %s"
            .formatted(path, found));
  }

  @Override
  public void verify(String bundlePath, JsonNode bundle, DsseEnvelope envelope) {
    JsonNode material = bundle.path(SignedStatement.MATERIAL);
    JsonNode chain = material.path("x509CertificateChain").path("certificates");
    if (chain.isEmpty()) {
      throw ManifestException.of(
          bundlePath,
          "a signature by a certificate that " + path + " vouches for",
          material.has("certificate")
              ? "a keyless one, which needs `identity`, `issuer` and `trusted-root`"
              : "none");
    }
    List<X509Certificate> certificates = new ArrayList<>();
    chain.forEach(of -> certificates.add(certificate(bundlePath, of.path("rawBytes").asText())));
    X509Certificate signer = certificates.get(0);
    requireForSigning(bundlePath, signer);
    certificates.forEach(of -> requireValid(bundlePath, of));
    X509Certificate root = trusted(bundlePath, signer, certificates);
    requireValid(bundlePath, root);
    envelope.verify(bundlePath, VerificationKey.of(name(signer), signer.getPublicKey()));
  }

  private static X509Certificate certificate(String bundlePath, String base64) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
    } catch (CertificateException | IllegalArgumentException e) {
      throw ManifestException.of(bundlePath, "certificates in DER", "something else");
    }
  }

  /** As {@code model_signing} asks for it. */
  private static void requireForSigning(String bundlePath, X509Certificate signer) {
    boolean[] usage = signer.getKeyUsage();
    try {
      List<String> extended = signer.getExtendedKeyUsage();
      if ((usage != null && usage[0]) || (extended != null && extended.contains(CODE_SIGNING))) {
        return;
      }
    } catch (CertificateException e) {
      throw ManifestException.of(bundlePath, "a certificate in DER", "a broken one");
    }
    throw ManifestException.of(
        bundlePath, "a certificate that may sign", "one for other use, of " + name(signer));
  }

  private void requireValid(String bundlePath, X509Certificate certificate) {
    Instant now = clock.instant();
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(to)) {
      throw ManifestException.of(
          bundlePath,
          "certificates that are valid now",
          "that of %s, %s"
              .formatted(
                  name(certificate),
                  now.isAfter(to) ? "which expired at " + to : "which is valid from " + from));
    }
  }

  /** The root that vouches for a certificate. */
  private X509Certificate trusted(
      String bundlePath, X509Certificate signer, List<X509Certificate> others) {
    if (roots.contains(signer)) {
      return signer;
    }
    Set<TrustAnchor> anchors =
        roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
    try {
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(signer);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(clock.instant()));
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(others)));
      return ((PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters))
          .getTrustAnchor()
          .getTrustedCert();
    } catch (GeneralSecurityException e) {
      throw ManifestException.of(
          bundlePath,
          "a certificate that " + path + " vouches for",
          "one of %s, issued by %s"
              .formatted(name(signer), signer.getIssuerX500Principal().getName()));
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
