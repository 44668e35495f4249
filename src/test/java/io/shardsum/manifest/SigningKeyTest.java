package io.shardsum.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Private keys as OpenSSL writes them. */
class SigningKeyTest {

  private static final Path KEYS = Path.of("src/test/resources/golden/signing-keys");
  private static final String PASSPHRASE = "sk-shown-nowhere-4711";
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  private static String pem(String name) throws IOException {
    return Files.readString(KEYS.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sec1.pem", "pkcs8.pem", "encrypted.pem"})
  void signsWhatThePublicKeyVerifies(String name) throws IOException {
    SigningKey key = SigningKey.parse(name, pem(name), Optional.of(PASSPHRASE));

    byte[] signature = key.sign(CONTENT);

    VerificationKey publicKey = VerificationKey.parse("pub.pem", pem("pub.pem"));
    assertThat(publicKey.hasSigned(CONTENT, signature)).isTrue();
    assertThat(publicKey.hasSigned("other".getBytes(StandardCharsets.UTF_8), signature)).isFalse();
    assertThat(key.hint()).isEqualTo(DigestUtils.sha256Hex(pem("pub.pem")));
    assertThat(key.verificationKey("pub.pem")).isEqualTo(publicKey);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          encrypted.pem | | found an encrypted one: give its passphrase by --passphrase-env NAME
          encrypted.pem | another-0815 | found one that its passphrase does not decrypt
          encrypted.pem | ümläut-0815 | found an encrypted one and a passphrase that is not ASCII: `openssl pkcs8 -topk8 -in KEY -out NEW` gives it another
          encrypted.pem | '' | found one that its passphrase does not decrypt
          old.pem | sk-shown-nowhere-4711 | found one encrypted in an old form, which `openssl pkcs8 -topk8 -in KEY -out NEW` converts
          p384.pem | | found another
          pub.pem | | found a public key
          README.md | | found none
          """)
  void refusesOtherKeysAndShowsNothingOfThem(String name, String passphrase, String found)
      throws IOException {
    String pem = pem(name);

    assertThatThrownBy(() -> SigningKey.parse(name, pem, Optional.ofNullable(passphrase)))
        .isInstanceOf(ManifestException.class)
        .hasNoCause()
        .hasMessage(
            "Cannot sign with %s: expected a private key in PEM (EC, P-256), %s", name, found)
        .hasMessageNotContaining(PASSPHRASE)
        .hasMessageNotContaining("0815");
  }

  @Test
  void refusesADamagedKey() throws IOException {
    String pem = pem("pkcs8.pem");
    String base64 = pem.replaceAll("-----.*-----|\\s", "");
    byte[] der = Base64.getDecoder().decode(base64);
    der[20] ^= 1;
    String damaged =
        pem.replaceFirst(
            "(?s)MIGH.*?(?=-----END)", Base64.getMimeEncoder().encodeToString(der) + "\n");

    assertThatThrownBy(() -> SigningKey.parse("damaged", damaged, Optional.empty()))
        .hasMessageEndingWith("found another");
    assertThat(damaged).doesNotMatch(Pattern.quote(pem));
  }

  /** The number 0 is no key, and an algorithm nobody knows decrypts none. */
  @ParameterizedTest
  @CsvSource({
    "pkcs8.pem, 0420[0-9a-f]{64}, 04200000000000000000000000000000000000000000000000000000000000000000",
    "pkcs8.pem, 0420[0-9a-f]{64}, 0420ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "encrypted.pem, 2a864886f70d01050d, 2a864886f70d01057d"
  })
  void refusesKeysThatNobodyCanUse(String name, String bytes, String others) throws IOException {
    String pem = pem(name);
    String base64 = pem.replaceAll("-----[^-]+-----|\\s", "");
    String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
    String changed = hex.replaceFirst(bytes, others);
    assertThat(changed).isNotEqualTo(hex);
    String begin = pem.lines().findFirst().orElseThrow();
    String other =
        begin
            + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(changed))
            + begin.replace("BEGIN", "END");

    assertThatThrownBy(() -> SigningKey.parse(name, other, Optional.of(PASSPHRASE)))
        .isInstanceOf(ManifestException.class)
        .hasNoCause();
  }

  @Test
  void itsTextSaysNothing() throws IOException {
    assertThat(SigningKey.parse("sec1.pem", pem("sec1.pem"), Optional.empty()))
        .hasToString("a private key");
  }
}
