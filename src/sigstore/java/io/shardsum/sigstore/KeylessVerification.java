package io.shardsum.sigstore;

import dev.sigstore.KeylessVerificationException;
import dev.sigstore.KeylessVerifier;
import dev.sigstore.VerificationOptions;
import dev.sigstore.VerificationOptions.CertificateMatcher;
import dev.sigstore.bundle.Bundle;
import dev.sigstore.dsse.InTotoPayload;
import dev.sigstore.encryption.certificates.Certificates;
import dev.sigstore.rekor.client.RekorEntry;
import dev.sigstore.strings.StringMatcher;
import dev.sigstore.timestamp.client.ImmutableTimestampResponse;
import dev.sigstore.timestamp.client.TimestampException;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import dev.sigstore.trustroot.TransparencyLog;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Verifies a keyless signature of Sigstore, offline. It is given {@code bundle} and {@code
 * trusted-root} (JSON), {@code identity} and {@code issuer}, and answers what it found in place of
 * such a signature; nothing: it is one.
 */
public final class KeylessVerification implements Function<Map<String, String>, Optional<String>> {

  /** Fulcio's extension that names who has identified the signer. */
  private static final String ISSUER = "1.3.6.1.4.1.57264.1.8";

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\R\\s*");

  /** The library adds such a one itself, once, when the JVM has none, and leaves it there. */
  private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

  @Override
  public synchronized Optional<String> apply(Map<String, String> asked) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(KeylessVerification.class.getClassLoader());
    boolean added = Security.addProvider(BOUNCY_CASTLE) != -1;
    try {
      return otherSigner(verified(asked), asked.get("identity"), asked.get("issuer"));
    } catch (Exception e) {
      return Optional.of("one that is refused: " + reasons(e));
    } finally {
      if (added) {
        Security.removeProvider(BOUNCY_CASTLE.getName());
      }
      thread.setContextClassLoader(before);
    }
  }

  /** The signer's certificate, once all but the signer's name is verified. */
  private static X509Certificate verified(Map<String, String> asked) throws Exception {
    SigstoreTrustedRoot trustedRoot =
        SigstoreTrustedRoot.from(
            new ByteArrayInputStream(asked.get("trusted-root").getBytes(StandardCharsets.UTF_8)));
    Bundle bundle = Bundle.from(new StringReader(asked.get("bundle")));
    if (bundle.getEntries().size() != 1) {
      throw new KeylessVerificationException(
          "expected 1 entry of a transparency log, found " + bundle.getEntries().size());
    }
    KeylessVerifier.builder()
        .trustedRootProvider(() -> trustedRoot)
        .build()
        .verify(subject(bundle), bundle, VerificationOptions.builder().build());
    X509Certificate certificate = Certificates.getLeaf(bundle.getCertPath());
    requireTime(trustedRoot, bundle, certificate);
    return certificate;
  }

  private static byte[] subject(Bundle bundle) throws Exception {
    return InTotoPayload.from(bundle.getDsseEnvelope().orElseThrow()).getSubject().stream()
        .findFirst()
        .map(of -> of.getDigest().get("sha256"))
        .filter(SHA256.asMatchPredicate())
        .map(HexFormat.of()::parseHex)
        .orElseThrow(
            () -> new KeylessVerificationException("a statement without a subject's SHA-256"));
  }

  /**
   * The library compares only timestamps with a certificate's validity, not the log's own time, and
   * no time with that of the log's key.
   */
  private static void requireTime(
      SigstoreTrustedRoot trustedRoot, Bundle bundle, X509Certificate certificate)
      throws KeylessVerificationException, TimestampException {
    RekorEntry entry = bundle.getEntries().get(0);
    List<Instant> times = times(entry, bundle);
    if (times.isEmpty()) {
      throw new KeylessVerificationException("nothing proves when it was signed");
    }
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    byte[] log = HexFormat.of().parseHex(entry.getLogID());
    for (Instant time : times) {
      if (time.isBefore(from) || time.isAfter(to)) {
        throw new KeylessVerificationException(
            "it was logged at %s, but its certificate is valid from %s to %s"
                .formatted(time, from, to));
      }
      if (TransparencyLog.find(trustedRoot.getTLogs(), log, time).isEmpty()) {
        throw new KeylessVerificationException(
            "the log's key was not valid when it was signed, at " + time);
      }
    }
  }

  /** The log's own time, where the log has signed that, or else those of the timestamps. */
  private static List<Instant> times(RekorEntry entry, Bundle bundle) throws TimestampException {
    String promise = entry.getVerification().getSignedEntryTimestamp();
    if (promise != null && !promise.isEmpty()) {
      return List.of(entry.getIntegratedTimeInstant());
    }
    List<Instant> times = new ArrayList<>();
    for (Bundle.Timestamp timestamp : bundle.getTimestamps()) {
      times.add(
          ImmutableTimestampResponse.builder()
              .encoded(timestamp.getRfc3161Timestamp())
              .build()
              .getGenTime()
              .toInstant());
    }
    return times;
  }

  private static Optional<String> otherSigner(
      X509Certificate certificate, String identity, String issuer) throws CertificateException {
    return CertificateMatcher.fulcio()
            .subjectAlternativeName(StringMatcher.string(identity))
            .issuer(StringMatcher.string(issuer))
            .build()
            .test(certificate)
        ? Optional.empty()
        : Optional.of(
            "one by %s, identified by %s".formatted(name(certificate), issuer(certificate)));
  }

  private static Object name(X509Certificate certificate) throws CertificateParsingException {
    return certificate.getSubjectAlternativeNames().iterator().next().get(1);
  }

  private static String issuer(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(ISSUER);
    return extension == null
        ? "an issuer that is not named"
        : ASN1UTF8String.getInstance(ASN1OctetString.getInstance(extension).getOctets())
            .getString();
  }

  private static String reasons(Throwable why) {
    List<String> reasons = new ArrayList<>();
    for (Throwable of = why; of != null; of = of.getCause()) {
      String reason = of.getMessage() == null ? of.getClass().getSimpleName() : of.getMessage();
      if (reasons.stream().noneMatch(before -> before.contains(reason))) {
        reasons.add(reason);
      }
    }
    return LINE_BREAK.matcher(String.join(": ", reasons)).replaceAll("; ");
  }
}
