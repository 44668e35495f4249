package io.shardsum.cli;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The signed result of one scan, and copies of its tables with something else in them. */
@ExtendWith(LocalSpark.class)
class VerifyReportCommandTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
  private static final String KEY = GOLDEN.resolve("signing-keys/pub.pem").toString();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static Path tables;
  private static Path report;

  @BeforeAll
  static void scanAndSign(SparkSession spark) {
    assertThat(spark.sparkContext().isLocal()).isTrue();
    tables = directory.resolve("tables");
    report = directory.resolve("report.json");
    SmallFleet fleet = SmallFleet.of(directory.resolve("fleet"), 2, 1).engine("a").engine("b");
    SmallFleet.flipBit(fleet.shard("b", 1, 0), "model.layers.0.mlp.down_proj.weight");
    CommandRun scan =
        CommandRun.fleetScan("--fleet", fleet.description().toString(), "--out", tables.toString());
    assertThat(scan.exitCode()).as(scan.err()).isEqualTo(3);
    CommandRun sign =
        CommandRun.of(
            "sign",
            Stream.of(
                    "--out",
                    tables,
                    "--signature",
                    report,
                    "--key",
                    GOLDEN.resolve("signing-keys/sec1.pem"))
                .map(Object::toString)
                .toArray(String[]::new));
    assertThat(sign.exitCode()).as(sign.err()).isZero();
    assertThat(sign.out()).startsWith("Signed the result of scan ");
  }

  private static CommandRun verify(Path out, Path signed, String key) {
    return CommandRun.of(
        "verify-report", "--out", out.toString(), "--signature", signed.toString(), "--key", key);
  }

  private static void assertDiffers(Path out, String... lines) {
    CommandRun run = verify(out, report, KEY);

    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.err().lines()).hasSize(lines.length);
    assertThat(run.err()).contains(lines);
  }

  /** A copy of the tables, of which one is another. */
  private static Path with(String table, Dataset<Row> rows) throws IOException {
    Path copy = copy();
    Path files = files(copy, table);
    FileUtils.deleteDirectory(files.toFile());
    rows.write().mode(SaveMode.Overwrite).parquet(files.toString());
    return copy;
  }

  private static Path copy() throws IOException {
    Path copy = Files.createTempDirectory(directory, "copy");
    FileUtils.copyDirectory(tables.toFile(), copy.toFile());
    return copy;
  }

  private static Path files(Path out, String table) throws IOException {
    try (Stream<Path> all = Files.walk(out.resolve(table))) {
      return all.filter(path -> path.getFileName().toString().startsWith("scan_id="))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Dataset<Row> rows(SparkSession spark, String table) throws IOException {
    return spark.read().parquet(files(tables, table).toString());
  }

  @Test
  void aScanIsAsSigned() throws IOException {
    CommandRun run = verify(tables, report, KEY);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("signed by " + KEY + ". The tables are as they were when it was signed");
    JsonNode payload =
        JSON.readTree(
            Base64.getDecoder().decode(JSON.readTree(report.toFile()).get("payload").asText()));
    assertThat(payload.get("subject")).hasSize(5);
    JsonNode engine = payload.get("predicate").get("engines").get(1);
    assertThat(engine.get("engine").asText()).isEqualTo("b");
    assertThat(engine.get("checksum").asText()).isNotEmpty();
    assertThat(payload.get("predicate").get("rows").get("ranks").asInt()).isEqualTo(4);
  }

  @Test
  void filesMayBeOthers(SparkSession spark) throws IOException {
    Path gathered = with("tensors", rows(spark, "tensors").repartition(2));

    assertThat(verify(gathered, report, KEY).exitCode()).isZero();
  }

  @Test
  void tablesOfOtherContentAreFound(SparkSession spark) throws IOException {
    assertDiffers(
        with("engines", rows(spark, "engines").withColumn("checksum", lit("0"))),
        "engines: expected 2 rows, as signed, found as many rows, but different ones");
    assertDiffers(
        with("ranks", rows(spark, "ranks").limit(3)), "ranks: expected 4 rows, as signed, found 3");
    assertDiffers(
        with("ranks", rows(spark, "ranks").union(rows(spark, "ranks"))),
        "ranks: expected 4 rows, as signed, found 8");
  }

  @Test
  void aScanThatIsGoneIsFound() throws IOException {
    Path copy = copy();
    FileUtils.deleteDirectory(files(copy, "scans").toFile());

    assertDiffers(copy, "No finished scan");
  }

  @Test
  void aFileThatIsGoneOrBrokenIsFound() throws IOException {
    Path copy = copy();
    try (Stream<Path> files = Files.list(files(copy, "ranks"))) {
      Path file = files.filter(of -> of.toString().endsWith(".parquet")).findFirst().orElseThrow();
      byte[] content = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(content, content.length / 2));
      Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    }

    assertDiffers(copy, "ranks: Cannot read ");
  }

  @Test
  void whatNobodyHasSignedProvesNothing() throws IOException {
    ObjectNode envelope = (ObjectNode) JSON.readTree(report.toFile());
    String payload =
        new String(
            Base64.getDecoder().decode(envelope.get("payload").asText()), StandardCharsets.UTF_8);
    String other = payload.replace("DIFFERENT", "EQUAL");
    assertThat(other).isNotEqualTo(payload);
    Path changed =
        write(
            "changed",
            envelope.put(
                "payload",
                Base64.getEncoder().encodeToString(other.getBytes(StandardCharsets.UTF_8))));
    envelope.putArray("signatures");
    Path unsigned = write("unsigned", envelope);
    String stranger = GOLDEN.resolve("model-signing/p256.pub.pem").toString();

    for (CommandRun run : List.of(verify(tables, changed, KEY), verify(tables, report, stranger))) {
      assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
      assertThat(run.err()).contains("is not signed by ", "or was changed after it was signed");
    }
    CommandRun run = verify(tables, unsigned, KEY);
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).endsWith("unsigned is not signed" + System.lineSeparator());
  }

  private static Path write(String name, JsonNode json) throws IOException {
    return Files.writeString(directory.resolve(name), json.toString());
  }

  @Test
  void aSignedModelIsNoReport() {
    CommandRun run = verify(tables, GOLDEN.resolve("model-signing/p256.sig"), KEY);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
  }
}
