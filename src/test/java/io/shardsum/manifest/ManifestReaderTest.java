package io.shardsum.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each form of a manifest, as its tool writes it, and what is refused. */
class ManifestReaderTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden/model-signing");
  private static final String PART_0 = DigestUtils.sha256Hex("made-up weights");
  private static final String PART_1 = DigestUtils.sha256Hex("other weights");
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir private Path directory;

  private List<Manifest> read(String manifest) {
    return read(directory, "", manifest);
  }

  private static List<Manifest> read(Path shards, String settings, String manifest) {
    String yaml =
        """
        fleet: published
        engines:
        - { name: a, %s parallelism: { tp: 1 }, shards: "%s", manifest: %s }
        """
            .formatted(settings, shards, manifest);
    EngineSpec engine = FleetDescription.parse(yaml, "fleet.yaml", "/").engines().get(0);
    return new ManifestReader(new Configuration(false))
        .read(engine, engine.manifest().orElseThrow());
  }

  private Manifest readFile(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return read(file.toString()).get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s  a.safetensors\n%s *./b/c.safetensors\n",
        "# made by hand\n\nSHA256 (a.safetensors) = %s\nSHA256 (b/c.safetensors) = %s",
        "{\"files\": {\"a.safetensors\": {\"sha256\": \"%s\", \"size\": 15}, \"b/c.safetensors\": {\"sha256\": \"%s\"}}}",
        "{\"checksums\": {\"a.safetensors\": \"%s\", \"b/c.safetensors\": \"%s\"}}"
      })
  void readsListsOfShaSumAndSglang(String text) throws IOException {
    Manifest manifest = readFile("SHA256SUMS", text.formatted(PART_0, PART_1));

    assertThat(manifest.signing()).isEqualTo(Signing.UNSIGNED);
    assertThat(manifest.files())
        .containsExactly(entry("a.safetensors", PART_0), entry("b/c.safetensors", PART_1));
  }

  @Test
  void readsNamesThatShaSumHasEscaped() throws IOException {
    Manifest manifest = readFile("SHA256SUMS", "\\" + PART_0 + "  a\\nb\\\\n.safetensors\n");

    assertThat(manifest.files()).containsExactly(entry("a\nb\\n.safetensors", PART_0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SHA256SUMS | '' | expected digests of files, found none: it is empty
          SHA256SUMS | 0123456789abcdef0123456789abcdef  a | expected SHA-256, the only digest that Shardsum computes of files, found MD5
          SHA256SUMS | SHA512 (a) = 0123456789abcdef0123456789abcdef | the only digest that Shardsum computes of files, found SHA512
          SHA256SUMS | {"sha256": 1} | found JSON with neither dsseEnvelope nor files nor checksums
          checksums.json | {"files": {"a": {"size": 1}}} | expected SHA-256 in 64 hex digits, found `no sha256` of a
          checksum.json | {"version": 1, "files": [], "rank_to_reads": {}} | found the plan of a presharded dump of SGLang
          SHA256SUMS | {"checksums": {}} | found none: it is empty
          SHA256SUMS | {"checksums": {"a": "12"}} | expected SHA-256 in 64 hex digits, found `12` of a
          SHA256SUMS | weights | as sha256sum writes them, found line 1: weights
          B3SUMS | 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a | found BLAKE3, by its file name
          SHA256SUMS | 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  ../a | expected names of files in the model's directory, found ../a
          SHA256SUMS | 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  /models/a | expected names of files in the model's directory, found /models/a
          SHA256SUMS | 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a/.. | expected names of files in the model's directory, found a/..
          checksums.json | {"checksums": {"a": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "a": "1"}} | expected JSON, found Duplicate field 'a'
          checksums.json | {"checksums": {}} {"checksums": {}} | expected JSON, found Trailing token
          checksums.json | {"checksums": {} | expected JSON, found Unexpected end-of-input
          """)
  void refusesWhatItCannotCompare(String name, String text, String why) {
    assertThatThrownBy(() -> readFile(name, text))
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(why);
  }

  @Test
  void refusesTwoDigestsOfAFile() {
    String text = "%s  a\n%s  ./a\n".formatted(PART_0, PART_1);

    assertThatThrownBy(() -> readFile("SHA256SUMS", text))
        .hasMessageContaining("expected one digest of each file, found two of a");
  }

  @Test
  void readsADirectoryOfGitLfsPointers() throws IOException {
    Path clone = Files.createDirectories(directory.resolve("clone/sub"));
    Files.writeString(
        clone.resolve("a.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 15\n".formatted(PART_0));
    Files.writeString(clone.resolve("README.md"), "# a model");

    Manifest manifest = read(directory.resolve("clone").toString()).get(0);

    assertThat(manifest.files()).containsExactly(entry("sub/a.safetensors", PART_0));
  }

  /** To open it would wait until somebody writes. */
  @ParameterizedTest
  @ValueSource(strings = {"SHA256SUMS", "model.sig"})
  @Timeout(60)
  void refusesAPipe(String name) throws Exception {
    Path pipe = directory.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> read("auto"))
        .hasMessage(
            "Cannot read %s: expected a file, found a pipe, a socket or a device", "file:" + pipe);
  }

  @Test
  void refusesADirectoryInPlaceOfAKey() {
    String manifest = GOLDEN.resolve("p256.sig").toAbsolutePath().toString();

    assertThatThrownBy(() -> read("{ path: \"%s\", key: \"%s\" }".formatted(manifest, directory)))
        .isInstanceOf(ManifestException.class)
        .hasMessage("Cannot read %s: expected a file, found a directory", "file:" + directory);
  }

  /** A model of a hundred thousand files has a longer one. */
  @Test
  void readsALongStatement() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    String name = "a".repeat(1 << 20);
    for (int i = 0; i < 16; i++) {
      digests.put(i + name, PART_0);
    }
    Path key = Path.of("src/test/resources/golden/signing-keys/pkcs8.pem");
    String bundle =
        new ModelStatement("long", digests, List.of(), ModelStatement.Links.NONE)
            .signed(SigningKey.parse("key", Files.readString(key), Optional.empty()));

    assertThat(readFile("model.sig", bundle).files()).isEqualTo(digests);
  }

  @Test
  void refusesADirectoryWithoutAWholePointer() throws IOException {
    Path clone = Files.createDirectories(directory.resolve("clone"));
    Files.writeString(
        clone.resolve("a.safetensors"),
        "version https://git-lfs.github.com/spec/v1\n" + "ext-0-a\n".repeat(100));

    assertThatThrownBy(() -> read(clone.toString()))
        .hasMessageContaining("found none: it is empty");
  }

  private Path snapshot() throws IOException {
    Path cache = directory.resolve("hub/models--acme--chat");
    Path snapshot = Files.createDirectories(cache.resolve("snapshots/" + COMMIT));
    Path blobs = Files.createDirectories(cache.resolve("blobs"));
    Files.createDirectories(cache.resolve("refs"));
    Files.writeString(cache.resolve("refs/main"), COMMIT);
    Files.writeString(cache.resolve("refs/old"), COMMIT.replace('0', '1'));
    Files.writeString(blobs.resolve(PART_0), "made-up weights");
    Files.createSymbolicLink(snapshot.resolve("a.safetensors"), Path.of("../../blobs/" + PART_0));
    Files.createSymbolicLink(
        snapshot.resolve("dangling.safetensors"), Path.of("../../blobs/" + PART_1));
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/" + COMMIT));
    return snapshot;
  }

  @Test
  void readsTheNamesOfBlobsInAHuggingFaceCache() throws IOException {
    Manifest manifest = read(snapshot(), "model: acme/chat, revision: main,", "auto").get(0);

    assertThat(manifest.files())
        .containsExactly(entry("a.safetensors", PART_0), entry("dangling.safetensors", PART_1));
    assertThat(manifest.gitBlobs()).containsExactly(entry("config.json", COMMIT));
  }

  /** By its link, by the list of the revision's files, and of no file that is known. */
  @Test
  void readsDownloadsThatHaveNotEnded() throws IOException {
    Path snapshot = snapshot();
    Path cache = snapshot.resolve("../..").normalize();
    String listed = DigestUtils.sha256Hex("listed");
    String unknown = DigestUtils.sha256Hex("unknown");
    for (String blob : List.of(PART_0, PART_1 + ".0123abcd", listed, unknown)) {
      Files.writeString(cache.resolve("blobs/" + blob + ".incomplete"), "half");
    }
    Files.createDirectories(cache.resolve("trees"));
    Files.writeString(
        cache.resolve("trees/" + COMMIT + ".json"),
        """
        {"format_version": 1, "files": {"sub/b.safetensors": {"size": 6, "blob_id": "%s", "lfs_sha256": "%s"}}}
        """
            .formatted(COMMIT, listed));

    Manifest manifest = read(snapshot, "", "auto").get(0);

    assertThat(manifest.files()).containsEntry("sub/b.safetensors", listed).hasSize(3);
    assertThat(manifest.unfinished()).containsOnlyKeys("dangling.safetensors", "sub/b.safetensors");
    assertThat(manifest.others())
        .containsOnlyKeys(cache.resolve("blobs/" + unknown + ".incomplete").toString());
  }

  /** The names say what the bytes must be, wherever these are. */
  @Test
  void readsACacheThatAManifestNames() throws IOException {
    Manifest manifest = read(directory, "", snapshot().toString()).get(0);

    assertThat(manifest.files()).containsKey("a.safetensors");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          model: acme/other, | expected the model acme/other, found a cache of acme/chat
          'model: acme/chat, revision: old,' | expected revision old, which is 1123
          'revision: "ffffffffffffffffffffffffffffffffffffffff",' | expected revision ffff
          """)
  void refusesACacheOfAnotherModelOrRevision(String settings, String why) throws IOException {
    Path snapshot = snapshot();

    assertThatThrownBy(() -> read(snapshot, settings, "auto")).hasMessageContaining(why);
  }

  @Test
  void findsWhatLiesBesideTheFiles() throws IOException {
    assertThatThrownBy(() -> read("auto"))
        .hasMessageContaining("expected a manifest beside the files: model.sig, SHA256SUMS,");

    Files.writeString(directory.resolve("SHA256SUMS"), PART_0 + "  a.safetensors");
    Files.copy(GOLDEN.resolve("p256.sig"), directory.resolve("model.sig"));

    assertThat(read("auto"))
        .extracting(Manifest::signing)
        .containsExactly(Signing.NOT_VERIFIED, Signing.UNSIGNED);
  }

  private static String golden(String signature, String key) {
    return "{ path: \"%s\", key: \"%s\" }"
        .formatted(
            GOLDEN.resolve(signature).toAbsolutePath(), GOLDEN.resolve(key).toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384"})
  void verifiesWhatModelSigningHasSigned(String curve) {
    Manifest manifest = read(golden(curve + ".sig", curve + ".pub.pem")).get(0);

    assertThat(manifest.signing()).isEqualTo(Signing.VERIFIED);
    assertThat(manifest.files())
        .containsExactly(
            entry("config.json", DigestUtils.sha256Hex("{}")),
            entry("model-rank-0-part-0.safetensors", PART_0),
            entry("model-rank-0-part-1.safetensors", PART_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"p256.sig", "certificate.sig"})
  void readsASignedStatementWithoutAKeyAndSaysSo(String signature) {
    Manifest manifest = read(GOLDEN.resolve(signature).toAbsolutePath().toString()).get(0);

    assertThat(manifest.signing()).isEqualTo(Signing.NOT_VERIFIED);
    assertThat(manifest.signing().words()).contains("NOT verified");
    assertThat(manifest.files()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          p256.sig | p384.pub.pem | expected a signature by the key
          certificate.sig | p256.pub.pem | found one by a certificate, which needs `certificate`
          shards.sig | p256.pub.pem | expected digests of whole files (model_signing's own default), found shards
          blake2.sig | p256.pub.pem | expected SHA-256, the only digest that Shardsum computes of files, found blake2
          p256.sig | p256.sig | expected a public key in PEM (EC, P-256, P-384 or P-521), found none
          """)
  void refusesASignatureThatIsNotOfTheKeyOrOfOtherDigests(
      String signature, String key, String why) {
    assertThatThrownBy(() -> read(golden(signature, key))).hasMessageContaining(why);
  }

  @Test
  void refusesAStatementThatWasChanged() throws IOException {
    String bundle = Files.readString(GOLDEN.resolve("p256.sig"));
    String payload = bundle.replaceFirst(".*\"payload\":\"([^\"]+)\".*", "$1").strip();
    String statement = new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8);
    String changed = statement.replace(PART_0, PART_1);
    Path file = directory.resolve("model.sig");
    Files.writeString(
        file,
        bundle.replace(
            payload, Base64.getEncoder().encodeToString(changed.getBytes(StandardCharsets.UTF_8))));
    String key = GOLDEN.resolve("p256.pub.pem").toAbsolutePath().toString();

    assertThatThrownBy(() -> read("{ path: \"%s\", key: \"%s\" }".formatted(file, key)))
        .hasMessageContaining("expected a signature by the key");
    assertThatThrownBy(() -> read(file.toString()))
        .hasMessageContaining("that the subject's digest is that of the resources");
  }

  @Test
  void refusesAnUnsignedManifestWhereAKeyIsGiven() throws IOException {
    Path list = Files.writeString(directory.resolve("SHA256SUMS"), PART_0 + "  a.safetensors");
    String key = GOLDEN.resolve("p256.pub.pem").toAbsolutePath().toString();

    assertThatThrownBy(() -> read("{ path: \"%s\", key: \"%s\" }".formatted(list, key)))
        .hasMessageContaining(
            "expected a signature, since the description names a key, certificate or identity, found none");
  }

  @Test
  void saysNothingOfAPrivateKey() throws IOException {
    Path key =
        Files.writeString(
            directory.resolve("key.pem"),
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    String manifest = GOLDEN.resolve("p256.sig").toAbsolutePath().toString();

    assertThatThrownBy(() -> read("{ path: \"%s\", key: \"%s\" }".formatted(manifest, key)))
        .hasMessageContaining("found a private key")
        .hasMessageNotContaining("c2VjcmV0");
  }
}
