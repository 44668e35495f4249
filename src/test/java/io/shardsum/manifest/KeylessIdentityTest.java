package io.shardsum.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.fleet.KeylessSpec;
import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles that {@code model_signing sign sigstore} has made, with a Sigstore of their own. */
class KeylessIdentityTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/model-signing");
  private static final String SIGNER = "signer@made.up";
  private static final String ISSUER = "https://login.made-up";
  private static final SigstoreLibrary LIBRARY = SigstoreLibrary.besideTheJob();

  private static ObjectNode bundle(String name) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(GOLDEN.resolve(name).toFile());
  }

  private static KeylessIdentity identity(String identity, String issuer, String trustedRoot)
      throws IOException {
    return KeylessIdentity.parse(
        new KeylessSpec(identity, issuer, trustedRoot),
        Files.readString(GOLDEN.resolve(trustedRoot)),
        LIBRARY);
  }

  private static Manifest read(JsonNode bundle) throws IOException {
    return read(bundle, identity(SIGNER, ISSUER, "trusted-root.json"));
  }

  private static Manifest read(JsonNode bundle, Signatory signatory) {
    return SignedStatement.parse("model.sig", bundle, Optional.of(signatory));
  }

  @Test
  void theOneWhoHasSignedIsVerified() throws IOException {
    Manifest manifest = read(bundle("keyless.sig"));

    assertThat(manifest.signing()).isEqualTo(Signing.VERIFIED);
    assertThat(manifest.files()).hasSize(3);
  }

  @Test
  void theConfigurationOfAClientHasATrustedRoot() throws IOException {
    String config =
        "{\"trustedRoot\": %s}".formatted(Files.readString(GOLDEN.resolve("trusted-root.json")));
    KeylessSpec spec = new KeylessSpec(SIGNER, ISSUER, "config.json");

    assertThat(read(bundle("keyless.sig"), KeylessIdentity.parse(spec, config, LIBRARY)).signing())
        .isEqualTo(Signing.VERIFIED);
  }

  @ParameterizedTest
  @CsvSource({"other@made.up, https://login.made-up", "signer@made.up, https://other.made-up"})
  void anotherSignerIsRefused(String identity, String issuer) {
    assertThatThrownBy(
            () -> read(bundle("keyless.sig"), identity(identity, issuer, "trusted-root.json")))
        .isInstanceOf(ManifestException.class)
        .hasMessage(
            "Cannot use the manifest model.sig: expected a keyless signature by %s, identified by %s, as trusted-root.json trusts, found one by signer@made.up, identified by https://login.made-up"
                .formatted(identity, issuer));
  }

  @Test
  void anotherTrustedRootIsRefused() {
    assertThatThrownBy(
            () -> read(bundle("keyless.sig"), identity(SIGNER, ISSUER, "late-trusted-root.json")))
        .hasMessageContaining(
            "found one that is refused: Fulcio certificate was not valid: Certificate was not verifiable against CAs; ")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aLogsTimeAfterTheCertificatesEndIsRefused() {
    assertThatThrownBy(
            () ->
                read(
                    bundle("keyless-late.sig"), identity(SIGNER, ISSUER, "late-trusted-root.json")))
        .hasMessageEndingWith(
            "found one that is refused: it was logged at 2026-11-29T17:06:43Z, but its certificate is valid from 2026-11-29T16:06:43Z to 2026-11-29T16:16:43Z");
  }

  @ParameterizedTest
  @CsvSource({"start, 2100-01-01T00:00:00Z", "end, 2021-01-01T00:00:00Z"})
  void aLogWhoseKeyWasNotValidThenIsRefused(String bound, String time) throws IOException {
    JsonNode root = bundle("trusted-root.json");
    ((ObjectNode) root.at("/tlogs/0/publicKey/validFor")).put(bound, time);
    KeylessSpec spec = new KeylessSpec(SIGNER, ISSUER, "root.json");

    assertThatThrownBy(
            () ->
                read(bundle("keyless.sig"), KeylessIdentity.parse(spec, root.toString(), LIBRARY)))
        .hasMessageEndingWith(
            "as root.json trusts, found one that is refused: the log's key was not valid when it was signed, at 2026-11-29T16:06:35Z");
  }

  @Test
  void theLibraryLeavesNoProviderOfSecurity() throws IOException {
    read(bundle("keyless.sig"));
    read(bundle("keyless.sig"));

    assertThat(Security.getProviders())
        .extracting(provider -> provider.getClass().getClassLoader())
        .filteredOn(Objects::nonNull)
        .extracting(ClassLoader::getName)
        .doesNotContain("sigstore");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sigstore-java", "bcprov", "bcpkix", "protobuf-java-4", "guava"})
  void aLibraryWithoutOneOfItsJarsIsRefused(String missing, @TempDir Path directory)
      throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("target/sigstore"))) {
      for (Path jar : jars.toList()) {
        if (!jar.getFileName().toString().startsWith(missing)) {
          Files.createSymbolicLink(directory.resolve(jar.getFileName()), jar.toAbsolutePath());
        }
      }
    }
    KeylessIdentity identity =
        KeylessIdentity.parse(
            new KeylessSpec(SIGNER, ISSUER, "root.json"),
            Files.readString(GOLDEN.resolve("trusted-root.json")),
            new SigstoreLibrary(directory));

    assertThatThrownBy(() -> read(bundle("keyless.sig"), identity))
        .isInstanceOf(ManifestException.class)
        .hasMessageStartingWith(
            "Cannot verify keyless signatures: expected the jars of sigstore-java in %s, found no jar with the class "
                .formatted(directory))
        .hasMessageEndingWith(": unpack the release again, or build it with mvn package");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ", \"subject\": []",
        ", \"subject\": [{\"name\": \"model\"}]",
        ", \"subject\": [{\"name\": \"model\", \"digest\": {}}]",
        ", \"subject\": [{\"name\": \"model\", \"digest\": {\"sha256\": \"89\"}}]"
      })
  void aStatementWithoutASubjectsDigestIsRefused(String subject) throws IOException {
    String statement =
        "{\"_type\": \"https://in-toto.io/Statement/v1\", \"predicateType\": \"\", \"predicate\": {}%s}"
            .formatted(subject);
    ObjectNode bundle = bundle("keyless.sig");
    ((ObjectNode) bundle.get("dsseEnvelope"))
        .put(
            "payload",
            Base64.getEncoder().encodeToString(statement.getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> read(bundle))
        .hasMessageEndingWith("found one that is refused: a statement without a subject's SHA-256");
  }

  @Test
  void otherContentIsRefused() throws IOException {
    ObjectNode bundle = bundle("keyless.sig");
    ObjectNode envelope = (ObjectNode) bundle.get("dsseEnvelope");
    String statement =
        new String(
            Base64.getDecoder().decode(envelope.get("payload").asText()), StandardCharsets.UTF_8);
    byte[] forged =
        statement.replace("config.json", "forged.json").getBytes(StandardCharsets.UTF_8);
    envelope.put("payload", Base64.getEncoder().encodeToString(forged));

    assertThatThrownBy(() -> read(bundle))
        .hasMessageEndingWith("found one that is refused: DSSE signature was not valid");
  }

  @Test
  void aBundleWithoutAnEntryOfTheLogIsRefused() throws IOException {
    ObjectNode bundle = bundle("keyless.sig");
    ((ArrayNode) bundle.at("/verificationMaterial/tlogEntries")).removeAll();

    assertThatThrownBy(() -> read(bundle))
        .hasMessageEndingWith(
            "found one that is refused: Could not find any tlog entries in bundle json");
  }

  @ParameterizedTest
  @CsvSource({
    "inclusionProof, Could not find an inclusion proof",
    "inclusionPromise, No timestamp"
  })
  void anEntryWithoutItsProofsIsRefused(String proof, String why) throws IOException {
    ObjectNode bundle = bundle("keyless.sig");
    ((ObjectNode) bundle.at("/verificationMaterial/tlogEntries/0")).remove(proof);

    assertThatThrownBy(() -> read(bundle))
        .hasMessageContaining("found one that is refused: " + why);
  }

  @Test
  void aSignatureByAKeyIsRefused() {
    assertThatThrownBy(() -> read(bundle("p256.sig")))
        .hasMessageEndingWith("as trusted-root.json trusts, found one by a key");
  }

  @Test
  void keylessSignaturesAreRefusedWhereAKeyIsGiven() throws IOException {
    VerificationKey key =
        VerificationKey.parse("p256.pub.pem", Files.readString(GOLDEN.resolve("p256.pub.pem")));

    assertThatThrownBy(() -> read(bundle("keyless.sig"), key))
        .hasMessageEndingWith(
            "expected a signature by the key p256.pub.pem, found a keyless one, which needs `identity`, `issuer` and `trusted-root`");
  }

  @ParameterizedTest
  @CsvSource({"no JSON, something else", "{}, other JSON", "'', other JSON"})
  void anotherFileThanATrustedRootIsRefused(String text, String found) {
    assertThatThrownBy(
            () ->
                KeylessIdentity.parse(new KeylessSpec(SIGNER, ISSUER, "root.json"), text, LIBRARY))
        .hasMessage(
            "Cannot verify with root.json: expected a trusted root of Sigstore (JSON), found "
                + found);
  }
}
