package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.manifest.ModelStatement;
import io.shardsum.manifest.ModelStatement.Links;
import io.shardsum.manifest.SigningKey;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.Blake3;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Engines whose files a manifest lists: each is the only one of its model. */
@ExtendWith(LocalSpark.class)
class ManifestScanTest {

  private static final String PART_0 = "model-rank-0-part-0.safetensors";
  private static final String PART_1 = "model-rank-0-part-1.safetensors";
  private static final String GONE = "model-rank-0-part-2.safetensors";

  @TempDir private Path directory;

  @BeforeAll
  static void start(SparkSession spark) {
    assertThat(spark.sparkContext().isLocal()).isTrue();
  }

  private CommandRun scan(SmallFleet fleet, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--fleet",
                fleet.description().toString(),
                "--out",
                directory.resolve("tables").toString()));
    arguments.addAll(List.of(more));
    return CommandRun.fleetScan(arguments.toArray(String[]::new));
  }

  private SmallFleet fleet(String... engines) {
    SmallFleet fleet = SmallFleet.of(directory.resolve("fleet"), 1, 2);
    for (String engine : engines) {
      fleet.engine(engine, List.of("model: acme/" + engine, "manifest: auto"));
    }
    return fleet;
  }

  private static String digest(SmallFleet fleet, String engine, int part) throws IOException {
    return DigestUtils.sha256Hex(Files.readAllBytes(fleet.shard(engine, 0, part)));
  }

  private static void list(SmallFleet fleet, String engine, String... files) throws IOException {
    StringBuilder list = new StringBuilder();
    for (String file : files) {
      Path path = fleet.directory(engine).resolve(file);
      byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
      list.append(DigestUtils.sha256Hex(bytes)).append("  ").append(file).append('\n');
    }
    Files.writeString(fleet.directory(engine).resolve("SHA256SUMS"), list);
  }

  /** A bundle of one file, which leaves out another. */
  private static void sign(SmallFleet fleet, String engine, String file, String ignored)
      throws IOException {
    String sha256 =
        DigestUtils.sha256Hex(Files.readAllBytes(fleet.directory(engine).resolve(file)));
    Path key = Path.of("src/test/resources/golden/signing-keys/pkcs8.pem");
    Files.writeString(
        fleet.directory(engine).resolve("model.sig"),
        new ModelStatement(engine, Map.of(file, sha256), List.of(ignored), Links.NONE)
            .signed(SigningKey.parse("key", Files.readString(key), Optional.empty())));
  }

  @Test
  void anEngineWithoutAnotherCopyIsVerifiedByItsManifest() throws IOException {
    SmallFleet fleet = fleet("alone");
    list(fleet, "alone", PART_0, PART_1, "config.json");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "alone: MANIFEST: 2 of 2 weight files match the manifest file:%s; it is not signed; not compared: 1 other file (missing, unreadable, over 64 MiB, or two readings differ)"
                .formatted(fleet.directory("alone").resolve("SHA256SUMS")))
        .doesNotContain("UNVERIFIED");
  }

  @Test
  void filesThatAreNotAsPublishedAreFound() throws IOException {
    SmallFleet fleet = fleet("flipped", "more", "less", "pointer", "blake3", "config", "partly");
    list(fleet, "flipped", PART_0, PART_1);
    list(fleet, "more", PART_0);
    list(fleet, "less", PART_0, PART_1, GONE);
    list(fleet, "pointer", PART_0, PART_1);
    String pointed = digest(fleet, "pointer", 1);
    Files.writeString(
        fleet.shard("pointer", 0, 1),
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 4096\n"
            .formatted(pointed));
    byte[] part = Files.readAllBytes(fleet.shard("blake3", 0, 0));
    Files.writeString(
        fleet.directory("blake3").resolve("SHA256SUMS"),
        Hex.encodeHexString(Blake3.hash(part)) + "  " + PART_0);
    Files.writeString(fleet.directory("config").resolve("config.json"), "{}");
    Files.writeString(fleet.directory("config").resolve("tokenizer.json"), "{}");
    list(fleet, "config", PART_0, PART_1, "config.json", "tokenizer.json");
    Files.writeString(fleet.directory("config").resolve("config.json"), "{ }");
    sign(fleet, "partly", PART_0, PART_1);
    String expected = digest(fleet, "flipped", 1);
    SmallFleet.flipBit(fleet.shard("flipped", 0, 1), "model.layers.1.mlp.down_proj.weight");

    CommandRun run = scan(fleet, "--format", "json");

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    JsonNode findings = new ObjectMapper().readTree(run.out()).get("findings");
    JsonNode differs = finding(findings, "flipped", "FILE_DIFFERS");
    assertThat(differs.get("expected").asText()).isEqualTo(expected);
    assertThat(differs.get("actual").asText()).isEqualTo(digest(fleet, "flipped", 1));
    assertThat(differs.get("rank").asInt()).isZero();
    assertThat(differs.get("tensors").toString()).contains("model.layers.1.mlp.down_proj.weight");
    assertThat(differs.get("detail").asText())
        .contains(PART_1, expected)
        .endsWith("and the same when it was read again");
    assertThat(detail(findings, "more", "FILE_EXTRA")).contains(PART_1);
    assertThat(findings(findings, "partly", "FILE_EXTRA")).isEmpty();
    assertThat(detail(findings, "partly", "NOT_CHECKED"))
        .contains(PART_1)
        .endsWith("its publisher left it out of the signature (ignore_paths)");
    assertThat(detail(findings, "less", "FILE_MISSING")).contains(GONE);
    assertThat(detail(findings, "pointer", "UNREADABLE"))
        .contains("a Git LFS pointer, oid sha256:" + pointed + ", size 4096");
    assertThat(detail(findings, "pointer", "FILE_DIFFERS"))
        .contains("says SHA-256 " + pointed, "and the same when it was read again");
    assertThat(findings(findings, "blake3", "FILE_DIFFERS")).isEmpty();
    assertThat(detail(findings, "blake3", "NOT_CHECKED"))
        .contains("expected SHA-256 digests, found BLAKE3 digests, such as that of", PART_0);
    assertThat(detail(findings, "config", "FILE_DIFFERS"))
        .contains("config.json: ", "and the same when it was read again");
    assertThat(detail(findings, "config", "MANIFEST"))
        .startsWith("2 of 2 weight files match the manifest")
        .endsWith("SHA256SUMS, and 1 other file; it is not signed");
  }

  private static List<JsonNode> findings(JsonNode all, String engine, String kind) {
    List<JsonNode> findings = new ArrayList<>();
    for (JsonNode finding : all) {
      if (finding.get("kind").asText().equals(kind)
          && finding.get("engine").asText().equals(engine)) {
        findings.add(finding);
      }
    }
    return findings;
  }

  private static JsonNode finding(JsonNode all, String engine, String kind) {
    List<JsonNode> findings = findings(all, engine, kind);
    assertThat(findings).as(all.toPrettyString()).hasSize(1);
    return findings.get(0);
  }

  private static String detail(JsonNode all, String engine, String kind) {
    return finding(all, engine, kind).get("detail").asText();
  }

  /** A presharded dump of SGLang has no manifest; copies of it are compared. */
  @Test
  void presharedDumpsAreRead() throws IOException {
    SmallFleet fleet = SmallFleet.of(directory.resolve("fleet"), 1, 1);
    for (String engine : List.of("dump-a", "dump-b")) {
      fleet.engine(engine, List.of("model: acme/dump", "layout: checkpoint"));
      Path dump = fleet.directory(engine);
      Files.move(fleet.shard(engine, 0, 0), dump.resolve("model-00000-common.safetensor"));
      Files.writeString(
          dump.resolve("checksum.json"),
          "{\"version\": 1, \"files\": [{\"filename\": \"model-00000-common.safetensor\"}]}");
      Files.writeString(dump.resolve("READY"), "{}");
    }

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("2 engines").doesNotContain("STRAY_FILE");
  }

  /** Whatever cannot be compared: nobody is told that files are as published. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SHA256SUMS     | DIGEST  other.safetensors | does not fit engine alone: expected digests of its files, such as model-rank-0-part-0.safetensors, found none of them: is it for another model or revision?
          SHA256SUMS     | DIGEST  config.json | found none of them
          SHA256SUMS     | '' | expected digests of files, found none: it is empty
          SHA256SUMS     | MD5 (model-rank-0-part-0.safetensors) = 0123456789abcdef0123456789abcdef | found MD5
          B3SUMS         | DIGEST  model-rank-0-part-0.safetensors | found BLAKE3, by its file name
          checksums.json | {"files": {}} | found none: it is empty
          model.sig      | {"dsseEnvelope": {}} | expected an envelope of application/vnd.in-toto+json
          """)
  void aManifestThatCannotBeComparedIsRefused(String name, String text, String why)
      throws IOException {
    SmallFleet fleet = fleet("alone");
    Files.writeString(
        fleet.directory("alone").resolve(name),
        text.replace("DIGEST", "0123456789abcdef".repeat(4)));

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines()).singleElement().asString().contains(why);
  }

  @Test
  void aManifestNeedsDigestsOfFiles() {
    CommandRun run = scan(fleet("alone"), "--file-digest", "none");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("manifest needs the digests of files, and file-digest is none");
  }
}
