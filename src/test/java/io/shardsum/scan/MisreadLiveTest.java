package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of running engines without another copy, of which a file system gives wrong bytes once, or
 * always. One scan, of an engine for each case.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MisreadLiveTest {

  private static final Path SGLANG =
      Path.of("src/test/resources/golden/engines/tp2-fp8").toAbsolutePath();
  private static final Path VLLM =
      Path.of("src/test/resources/golden/vllm/qwen3/tp1").toAbsolutePath();
  private static final String PLAIN = "model.layers.0.self_attn.o_proj.weight";
  private static final String WEIGHT = "model.layers.0.mlp.gate_up_proj.weight";
  private static final String NORM = "model.norm.weight";
  private static final String SCALE = "model.layers.0.mlp.gate_up_proj.weight_scale_inv";

  private final StringBuilder engines = new StringBuilder();
  private Path root;
  private Landed scan;

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path directory) throws IOException {
    root = directory;
    Configuration conf = spark.sparkContext().hadoopConfiguration();
    MisreadingFileSystem.register(conf);
    misread(sglang("plain", "digest: sglang"), PLAIN, 1);
    misread(sglang("weight", "digest: both"), WEIGHT, 1);
    misread(sglang("scale", "digest: sglang"), SCALE, 0, 4);
    misread(sglang("always", "digest: both"), PLAIN, 1, 1, 1, 1, 1);
    misread(sglang("never", "digest: both"), PLAIN, 1, 2);
    misread(vllm("sha256"), NORM, 1);
    misreadName(vllm("name"), NORM);
    String yaml = "fleet: f\nengines:\n" + engines;
    Inventory inventory =
        Inventory.of(
            FleetDescription.parse(yaml, "fleet.yaml", root.toString()), new Configuration(conf));
    scan = Landed.of(spark, inventory, root.resolve("tables"));
  }

  private Path sglang(String name, String settings) throws IOException {
    Path files = copied(SGLANG, name);
    engines.append(
        "- { name: %1$s, model: %1$s, parallelism: { tp: 2 }, shards: 'misread:%2$s', %3$s, endpoint: { file: %2$s/weights_checker.json } }\n"
            .formatted(name, files, settings));
    return files;
  }

  private Path vllm(String name) throws IOException {
    Path files = copied(VLLM, name);
    engines.append(
        "- { name: %1$s, model: %1$s, parallelism: { tp: 1 }, shards: 'misread:%2$s', profile: vllm-0.32, digest: sha256, endpoint: { kind: vllm, file: %2$s/weight_checker.json } }\n"
            .formatted(name, files));
    return files;
  }

  private Path copied(Path from, String name) throws IOException {
    Path to = Files.createDirectories(root.resolve(name));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  private static Path fileOf(Path directory, String tensor) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(of -> of.getFileName().toString().startsWith("model-rank-0-")).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains('"' + tensor + '"')) {
          return file;
        }
      }
    }
    throw new IllegalArgumentException(tensor);
  }

  private static void misread(Path directory, String tensor, Integer... masks) throws IOException {
    Path file = fileOf(directory, tensor);
    MisreadingFileSystem.misread(file, TensorBytes.of(file, tensor).fileOffsetBytes() + 2, masks);
  }

  private static void misreadName(Path directory, String tensor) throws IOException {
    Path file = fileOf(directory, tensor);
    String all = Files.readString(file, StandardCharsets.ISO_8859_1);
    MisreadingFileSystem.misread(file, all.indexOf(tensor), 1);
  }

  private List<Finding> findings(String engine) {
    return scan.summary().findings().stream()
        .filter(finding -> finding.engine().equals(Optional.of(engine)))
        .filter(finding -> !finding.isInformational() && !finding.kind().equals("UNVERIFIED"))
        .toList();
  }

  private List<String> words(String engine) {
    return findings(engine).stream().map(f -> f.kind() + " " + f.rank().orElse(-1)).toList();
  }

  @Test
  void anEngineIsNotSaidToDifferFromAFileThatWasMisreadOnce() {
    for (String engine : List.of("plain", "weight", "scale", "sha256", "name")) {
      assertThat(words(engine)).as(engine).containsExactly("TRANSIENT_READ 0");
    }
  }

  @Test
  void itsChecksumIsThatOfTheEngine() {
    for (String engine : List.of("plain", "weight", "scale", "sha256", "name")) {
      assertThat(scan.rank(engine, 0).checksum())
          .as(engine)
          .isPresent()
          .isEqualTo(
              scan.summary().live().ranks().stream()
                  .filter(rank -> rank.engine().equals(engine) && rank.rank() == 0)
                  .findFirst()
                  .orElseThrow()
                  .checksum());
    }
  }

  @Test
  void saysWhatHasMisread() {
    Finding finding = findings("plain").get(0);

    assertThat(finding.tensor().orElseThrow().tensor()).isEqualTo(PLAIN);
    assertThat(finding.readBy().orElseThrow().executor()).isEqualTo("driver");
    assertThat(finding.detail())
        .startsWith("Two readings of this file differ: 1 of 2 readings gave wrong bytes, by ")
        .endsWith("the rank was read again as a whole, and its checksum is of that reading");
  }

  @Test
  void anEngineDiffersFromWhatEachReadingGives() {
    assertThat(words("always")).containsExactly("LIVE_DIFFERS 0");
  }

  @Test
  void nobodyIsBlamedWhereNoTwoReadingsAgree() {
    assertThat(words("never")).containsExactly("TRANSIENT_READ 0");
  }
}
