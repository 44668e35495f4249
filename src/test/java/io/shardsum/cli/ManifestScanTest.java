package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void anEngineWithoutAnotherCopyIsVerifiedByItsManifest() throws IOException {
    SmallFleet fleet = fleet("alone");
    list(fleet, "alone", PART_0, PART_1, "config.json");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains(
            "alone: MANIFEST: 2 files of 2 as the manifest file:%s says; it is not signed; 1 file that it lists besides: not weights, and not compared"
                .formatted(fleet.directory("alone").resolve("SHA256SUMS")))
        .doesNotContain("UNVERIFIED");
  }

  @Test
  void filesThatAreNotAsPublishedAreFound() throws IOException {
    SmallFleet fleet = fleet("flipped", "more", "less");
    list(fleet, "flipped", PART_0, PART_1);
    list(fleet, "more", PART_0);
    list(fleet, "less", PART_0, PART_1, GONE);
    String expected = digest(fleet, "flipped", 1);
    SmallFleet.flipBit(fleet.shard("flipped", 0, 1), "model.layers.1.mlp.down_proj.weight");

    CommandRun run = scan(fleet, "--format", "json");

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    JsonNode findings = new ObjectMapper().readTree(run.out()).get("findings");
    JsonNode differs = finding(findings, "FILE_DIFFERS");
    assertThat(differs.get("engine").asText()).isEqualTo("flipped");
    assertThat(differs.get("expected").asText()).isEqualTo(expected);
    assertThat(differs.get("actual").asText()).isEqualTo(digest(fleet, "flipped", 1));
    assertThat(differs.get("rank").asInt()).isZero();
    assertThat(differs.get("tensors").toString()).contains("model.layers.1.mlp.down_proj.weight");
    assertThat(differs.get("detail").asText())
        .contains(PART_1, expected)
        .endsWith("and the same when it was read again");
    assertThat(finding(findings, "FILE_EXTRA").toString()).contains("\"more\"", PART_1);
    assertThat(finding(findings, "FILE_MISSING").toString()).contains("\"less\"", GONE);
  }

  private static JsonNode finding(JsonNode findings, String kind) {
    for (JsonNode finding : findings) {
      if (finding.get("kind").asText().equals(kind)) {
        return finding;
      }
    }
    throw new AssertionError("no " + kind + " in " + findings.toPrettyString());
  }

  @Test
  void aManifestOfOtherFilesIsRefused() throws IOException {
    SmallFleet fleet = fleet("alone");
    Files.writeString(
        fleet.directory("alone").resolve("SHA256SUMS"),
        digest(fleet, "alone", 0) + "  other.safetensors");

    CommandRun run = scan(fleet);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines())
        .hasSize(1)
        .first()
        .asString()
        .contains("does not fit engine alone", PART_0, "another model or revision?");
  }

  @Test
  void aManifestNeedsDigestsOfFiles() {
    CommandRun run = scan(fleet("alone"), "--file-digest", "none");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("manifest needs the digests of files, and file-digest is none");
  }
}
