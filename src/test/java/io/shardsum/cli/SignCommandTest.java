package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.manifest.Manifest;
import io.shardsum.manifest.Manifest.Signing;
import io.shardsum.manifest.ManifestReader;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories signed by the digests of one scan; manifest_test.py has the real tool verify them.
 */
@ExtendWith(LocalSpark.class)
class SignCommandTest {

  private static final Path KEYS =
      Path.of("src/test/resources/golden/signing-keys").toAbsolutePath();
  private static final String PASSPHRASE_VARIABLE = "SHARDSUM_TEST_API_KEY";
  private static final String PART_0 = "model-rank-0-part-0.safetensors";
  private static final String PART_1 = "model-rank-0-part-1.safetensors";

  @TempDir private static Path directory;

  private static SmallFleet fleet;
  private static Path tables;

  /**
   * Models of one engine each, but for one of three copies and one of two, of which one differs.
   */
  @BeforeAll
  static void scan(SparkSession spark) throws IOException {
    assertThat(spark.sparkContext().isLocal()).isTrue();
    tables = directory.resolve("tables");
    fleet = SmallFleet.of(directory.resolve("fleet"), 1, 2);
    for (String engine : List.of("whole", "changed", "replaced", "more", "added")) {
      fleet.engine(engine, List.of("model: acme/" + engine));
    }
    for (String engine : List.of("right", "wrong", "right-too")) {
      fleet.engine(engine, List.of("model: acme/pair"));
    }
    for (String engine : List.of("one", "other")) {
      fleet.engine(engine, List.of("model: acme/two"));
    }
    SmallFleet.flipBit(fleet.shard("wrong", 0, 1), "model.layers.1.mlp.down_proj.weight");
    SmallFleet.flipBit(fleet.shard("other", 0, 1), "model.layers.1.mlp.down_proj.weight");
    Files.writeString(fleet.directory("whole").resolve("config.json"), "{}");
    Files.createDirectories(fleet.directory("whole").resolve(".git"));
    Files.writeString(fleet.directory("whole").resolve(".git/HEAD"), "ref");
    Files.createDirectories(fleet.directory("whole").resolve("notes"));
    Files.writeString(fleet.directory("whole").resolve("notes/a"), "note");
    CommandRun run =
        CommandRun.fleetScan(
            "--fleet",
            fleet.description().toString(),
            "--out",
            tables.toString(),
            "--file-digest",
            "sha256");
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(3);
  }

  /** Options that are given again replace those before. */
  private static CommandRun sign(String engine, String... more) {
    Map<String, String> options = new TreeMap<>();
    options.put("--out", tables.toString());
    options.put("--model", fleet.directory(engine).toString());
    options.put("--signature", signature(engine).toString());
    options.put("--key", KEYS.resolve("sec1.pem").toString());
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return CommandRun.of(
        "sign",
        options.entrySet().stream()
            .flatMap(option -> Stream.of(option.getKey(), option.getValue()))
            .toArray(String[]::new));
  }

  private static Path signature(String engine) {
    return fleet.directory(engine).resolve("model.sig");
  }

  private static String digest(String engine, String file) throws IOException {
    return DigestUtils.sha256Hex(Files.readAllBytes(fleet.directory(engine).resolve(file)));
  }

  @Test
  void signsAllFilesOfADirectory() throws IOException {
    String[] arguments = {
      "--key", KEYS.resolve("encrypted.pem").toString(), "--passphrase-env", PASSPHRASE_VARIABLE
    };
    CommandRun run = sign("whole", arguments);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Signed 4 files of ")
        .contains(": 2 by scan ", ", 2 hashed now");
    Manifest manifest = verified("whole");
    assertThat(manifest.signing()).isEqualTo(Signing.VERIFIED);
    assertThat(manifest.files())
        .containsExactly(
            entry("config.json", digest("whole", "config.json")),
            entry(PART_0, digest("whole", PART_0)),
            entry(PART_1, digest("whole", PART_1)),
            entry("notes/a", DigestUtils.sha256Hex("note")));
    try (Stream<Path> files = Files.list(fleet.directory("whole"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).doesNotContain(".model.sig.crc");
    }
    assertThat(run.out() + run.err() + Files.readString(signature("whole")))
        .doesNotContain(System.getenv(PASSPHRASE_VARIABLE));
    CommandRun again = sign("whole", arguments);
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err().lines()).hasSize(1);
    assertThat(again.err()).contains("model.sig: expected no file of this name, found one");
  }

  private static Manifest verified(String engine) {
    String yaml =
        """
        fleet: signed
        engines:
        - { name: a, parallelism: { tp: 1 }, shards: "%s", manifest: { path: "%s", key: "%s" } }
        """
            .formatted(fleet.directory(engine), signature(engine), KEYS.resolve("pub.pem"));
    EngineSpec spec = FleetDescription.parse(yaml, "fleet.yaml", "/").engines().get(0);
    return new ManifestReader(new Configuration(false))
        .read(spec, spec.manifest().orElseThrow())
        .get(0);
  }

  private static void assertRefused(String engine, String what, String... more) {
    CommandRun run = sign(engine, more);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("Cannot sign", what);
    assertThat(signature(engine)).doesNotExist();
  }

  /** The signature, too, is found to lie in it. */
  @Test
  void aDirectoryMayBeWrittenOtherwise() throws IOException {
    Path model = fleet.directory("right-too");
    CommandRun run =
        sign(
            "right-too",
            "--model",
            "file://" + model + "//",
            "--signature",
            "file://" + model + "//model.sig");

    assertThat(run.exitCode()).as(run.err()).isZero();
    Manifest manifest = verified("right-too");
    assertThat(manifest.files()).containsOnlyKeys(PART_0, PART_1);
    assertThat(manifest.ignored()).contains("model.sig");
  }

  @Test
  void aFileThatHasChangedSinceIsNotSigned() throws IOException {
    Files.writeString(fleet.shard("changed", 0, 1), "x", StandardOpenOption.APPEND);

    assertRefused("changed", PART_1 + ": expected the file as scan");
  }

  @Test
  void aFileInPlaceOfAnotherIsNotSigned() throws IOException {
    Path file = fleet.shard("replaced", 0, 1);
    Path copy = Files.copy(file, directory.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);

    assertRefused("replaced", "found a changed one");
  }

  @Test
  void weightsThatTheScanHasNotReadAreNotSigned() throws IOException {
    Files.writeString(fleet.directory("more").resolve("other.safetensors"), "x");

    assertRefused("more", "other.safetensors: expected a file that scan");
  }

  @Test
  void filesThatWereNotHashedAreNotSigned() {
    Path others = directory.resolve("others");
    CommandRun scan =
        CommandRun.fleetScan(
            "--fleet",
            fleet.description().toString(),
            "--engine",
            "right",
            "--out",
            others.toString());
    assertThat(scan.exitCode()).as(scan.err()).isIn(3, 4);

    assertRefused(
        "right", "found none: scan with --file-digest sha256", "--out", others.toString());
  }

  @Test
  void whatIsFoundWrongIsNotSigned() {
    assertRefused("wrong", "found DAMAGED of engine wrong");
    assertRefused("one", "found UNDECIDED in scan");
    assertRefused("other", "found UNDECIDED in scan");
  }

  @Test
  void whatNoScanHasReadIsNotSigned() throws IOException {
    Path other = Files.createDirectories(directory.resolve("other"));
    Files.writeString(other.resolve("config.json"), "{}");

    assertRefused("added", "has hashed, found none", "--model", other.toString());
  }

  @Test
  void aVariableThatIsNotSetIsNotShown() {
    CommandRun run =
        sign(
            "right",
            "--key",
            KEYS.resolve("encrypted.pem").toString(),
            "--passphrase-env",
            "sk-4711");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("--passphrase-env: expected the name of an environment variable")
        .doesNotContain("4711");
  }
}
