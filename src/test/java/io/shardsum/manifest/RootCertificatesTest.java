package io.shardsum.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bundle that {@code model_signing sign certificate} has made: of a signer, issued by "ca". */
class RootCertificatesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/model-signing");
  private static final String VALID = "2026-12-01T00:00:00Z";

  private static JsonNode bundle() throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve("certificate.sig").toFile());
  }

  /** A certificate of the bundle in PEM: 0 is the signer's, 1 its issuer's. */
  private static String pem(int certificate) throws IOException {
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(
            bundle()
                .at("/verificationMaterial/x509CertificateChain/certificates/" + certificate)
                .get("rawBytes")
                .asText());
  }

  private static Manifest read(JsonNode bundle, String roots, String now) {
    Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
    return SignedStatement.parse(
        "model.sig", bundle, Optional.of(RootCertificates.parse("ca.pem", roots, clock)));
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void aCertificateIsVouchedForByItsIssuerOrByItself(int root) throws IOException {
    Manifest manifest = read(bundle(), pem(root), VALID);

    assertThat(manifest.signing()).isEqualTo(Signing.VERIFIED);
    assertThat(manifest.files()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "2027-01-01T00:00:00Z, 'found that of CN=signer, which expired at 2026-12-29T08:44:13Z'",
    "2026-11-01T00:00:00Z, 'found that of CN=signer, which is valid from 2026-11-29T08:44:13Z'"
  })
  void aCertificateMustBeValidNow(String now, String found) {
    assertThatThrownBy(() -> read(bundle(), pem(1), now))
        .isInstanceOf(ManifestException.class)
        .hasMessageEndingWith("expected certificates that are valid now, " + found);
  }

  @Test
  void aCertificateOfAnotherIssuerIsRefused() throws IOException {
    String other = Files.readString(GOLDEN.resolve("other-ca.pem"));

    assertThatThrownBy(() -> read(bundle(), other, VALID))
        .hasMessageEndingWith(
            "expected a certificate that ca.pem vouches for, found one of CN=signer, issued by CN=ca");
  }

  @Test
  void aCertificateForOtherUseIsRefused() throws IOException {
    JsonNode bundle = bundle();
    JsonNode chain = bundle.at("/verificationMaterial/x509CertificateChain/certificates");
    ((ArrayNode) chain).remove(0);

    assertThatThrownBy(() -> read(bundle, pem(1), VALID))
        .hasMessageEndingWith(
            "expected a certificate that may sign, found one for other use, of CN=ca");
  }

  @Test
  void otherContentIsRefused() throws IOException {
    JsonNode bundle = bundle();
    ((ObjectNode) bundle.get("dsseEnvelope")).put("payload", "e30=");

    assertThatThrownBy(() -> read(bundle, pem(1), VALID))
        .hasMessageEndingWith(
            "expected a signature by the key CN=signer, found one by another key, or for other content");
  }

  @Test
  void aSignatureByAKeyIsRefused() throws IOException {
    JsonNode bundle = new ObjectMapper().readTree(GOLDEN.resolve("p256.sig").toFile());

    assertThatThrownBy(() -> read(bundle, pem(1), VALID))
        .hasMessageEndingWith(
            "expected a signature by a certificate that ca.pem vouches for, found none");
  }

  @ParameterizedTest
  @CsvSource({"'', found none", "no certificate, found something else"})
  void aFileWithoutCertificatesIsRefused(String text, String found) {
    assertThatThrownBy(() -> RootCertificates.parse("ca.pem", text, Clock.systemUTC()))
        .hasMessage("Cannot verify with ca.pem: expected certificates in PEM (X.509), " + found);
  }
}
