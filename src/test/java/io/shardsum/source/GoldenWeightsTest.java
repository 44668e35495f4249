package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.checksum.Fp8Rule;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.ListedFile;
import io.shardsum.source.sglang.ShardGroup;
import io.shardsum.source.sums.FakeDevice;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What rows of real files add up to is what the reference gave for the same files. */
@ExtendWith(LocalSpark.class)
class GoldenWeightsTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();

  private static SparkSession spark;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session.newSession();
    ChunkSum.register(spark);
  }

  @ParameterizedTest
  @CsvSource({"64k,1", "1m,1", "128m,4m"})
  void realWeightsHaveTheReferenceChecksumsHoweverTheyAreCut(String splitBytes, String openCost)
      throws IOException {
    String[] expected =
        Files.readAllLines(GOLDEN.resolve("real/wordllama-l2_supercat_256.csv"))
            .get(1)
            .split(",", -1);

    List<Row> rows =
        spark
            .read()
            .format("safetensors")
            .option("split-bytes", splitBytes)
            .option("open-cost-bytes", openCost)
            .load(GOLDEN.resolve("real").toString())
            .selectExpr(
                "tensor", "tensor_bytes", "_chunk_sum", "chunk_sum(data, first_word, tensor_bytes)")
            .collectAsList();

    assertThat(rows)
        .hasSize(16)
        .allSatisfy(
            row -> {
              assertThat(row.getString(0)).isEqualTo(expected[0]);
              assertThat(row.getLong(1)).isEqualTo(Long.parseLong(expected[2]));
              assertThat(row.getLong(2)).as("data and metadata agree").isEqualTo(row.getLong(3));
            });
    assertThat(SglangChecksum.finish(rows.stream().mapToLong(row -> row.getLong(2)).sum()))
        .isEqualTo(expected[3]);
  }

  @ParameterizedTest
  @CsvSource({"64k,1", "128m,4m"})
  void realWeightsHaveTheReferenceSha256HoweverTheyAreCut(String splitBytes, String openCost)
      throws IOException {
    String[] expected =
        Files.readAllLines(GOLDEN.resolve("real/wordllama-l2_supercat_256.csv"))
            .get(1)
            .split(",", -1);

    List<Row> rows =
        spark
            .read()
            .format("safetensors")
            .option("split-bytes", splitBytes)
            .option("open-cost-bytes", openCost)
            .load(GOLDEN.resolve("real").toString())
            .select("chunk", "_sha256")
            .collectAsList();

    assertThat(rows).hasSize(16);
    assertThat(rows)
        .allSatisfy(
            row -> {
              if (row.getInt(0) == 15) {
                assertThat(row.getString(1)).isEqualTo(expected[4]);
              } else {
                assertThat(row.isNullAt(1)).as("only the last chunk knows").isTrue();
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "tp12,128m,4m",
    "tp12,64k,1",
    "tp12,3000,1",
    "tp2-draft,128m,4m",
    "tp2-draft,64k,1",
    "tp2-fp8,1m,1",
    "tp2-fp8,20000,1"
  })
  void enginesHaveTheChecksumsThatTheyReport(String engine, String splitBytes, String openCost)
      throws IOException {
    Path directory = GOLDEN.resolve("engines").resolve(engine);
    List<String> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      tree.map(Path::toString).filter(file -> file.endsWith(".safetensors")).forEach(files::add);
    }
    Collections.shuffle(files, new Random(1));

    List<Row> rows =
        spark
            .read()
            .format("safetensors")
            .option("split-bytes", splitBytes)
            .option("open-cost-bytes", openCost)
            .load(files.toArray(String[]::new))
            .selectExpr("file", "tensor", "_chunk_sum", "chunk_sum(data, first_word, tensor_bytes)")
            .collectAsList();

    assertThat(rows)
        .allSatisfy(row -> assertThat(row.getLong(2)).as("%s", row).isEqualTo(row.getLong(3)));
    assertReported(directory, checksums(rows));
  }

  /** Scales lie in another part than their weights; a task may see a few rows of a weight alone. */
  @ParameterizedTest
  @CsvSource({"chunk,20000", "chunk,128m", "piece,20000", "piece,64k", "tensor,128m"})
  void pairsHaveTheChecksumsThatTheirEngineReportsHoweverTheyAreCut(String unit, String splitBytes)
      throws IOException {
    Path engine = GOLDEN.resolve("engines/tp2-fp8");
    List<ScannedFile> files = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      List<ListedFile> ofRank = new ArrayList<>();
      for (int part = 0; part < 3; part++) {
        String name = "model-rank-" + rank + "-part-" + part + ".safetensors";
        ofRank.add(WeightFiles.listed(engine.resolve(name)).listed());
      }
      ShardGroup group = new ShardGroup(Fp8Rule.DEQUANTIZED, List.of(), ofRank);
      for (ListedFile file : ofRank) {
        files.add(new ScannedFile(file, List.of(), group));
      }
    }

    Dataset<Row> rows =
        spark
            .read()
            .format("safetensors")
            .option("listing", new FileListing(files).toJson())
            .option("split-bytes", splitBytes)
            .option("open-cost-bytes", "1")
            .option("rows", unit)
            .load();

    assertThat(rows.where("_fp8 = 'scale'").select("tensor").distinct().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder(
            "model.layers.0.mlp.gate_up_proj.weight_scale_inv",
            "model.layers.0.mlp.experts.w2_weight_scale_inv");
    assertReported(
        engine,
        checksums(
            rows.where("NOT _fp8 <=> 'scale'")
                .selectExpr("file", "tensor", "coalesce(_fp8_sum, _chunk_sum)")
                .collectAsList()));
  }

  /** The two ways of hashing, chunk by chunk and run by run, differ in the number of rows only. */
  @ParameterizedTest
  @CsvSource({"engines,64k,1", "engines,3000,1", "real,128m,4m", "real,3m,1"})
  void runsOfChunksAreTheSameChunks(String golden, String splitBytes, String openCost) {
    Dataset<Row> chunks =
        weights(golden, splitBytes, openCost, RowUnit.CHUNK)
            .selectExpr(
                "_file_index",
                "tensor",
                "chunk",
                "chunk_sum(data, first_word, tensor_bytes) AS sum",
                "_sha256");
    Dataset<Row> runs =
        weights(golden, splitBytes, openCost, RowUnit.PIECE)
            .selectExpr(
                "_file_index",
                "tensor",
                "chunk AS first",
                "_chunks",
                "_chunk_sum",
                "posexplode(_chunk_sums) AS (at, sum)");

    assertThat(
            runs.selectExpr("_file_index", "tensor", "first + at AS chunk", "sum").collectAsList())
        .containsExactlyInAnyOrderElementsOf(
            chunks.select("_file_index", "tensor", "chunk", "sum").collectAsList());
    assertThat(
            runs.groupBy("_file_index", "tensor", "first")
                .agg(Map.of("at", "count", "_chunks", "max"))
                .where("`count(at)` <> `max(_chunks)`")
                .collectAsList())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "engines,64k,CHUNK",
    "engines,3000,PIECE",
    "engines,128m,TENSOR",
    "real,3m,PIECE",
    "real,128m,CHUNK"
  })
  void aGpuHasTheSameSums(String golden, String splitBytes, RowUnit unit) {
    List<Row> onCpu = sums(golden, splitBytes, unit, "cpu");

    assertThat(sums(golden, splitBytes, unit, "gpu")).isEqualTo(onCpu);
    assertThat(FakeDevice.open()).isZero();
  }

  private static List<Row> sums(String golden, String splitBytes, RowUnit unit, String by) {
    return spark
        .read()
        .format("safetensors")
        .option("recursive", "true")
        .option("split-bytes", splitBytes)
        .option("open-cost-bytes", "1")
        .option("rows", unit.option())
        .option("sums", by)
        .load(GOLDEN.resolve(golden).toString())
        .select("file", "tensor", "chunk", "_chunks", "_chunk_sum", "_chunk_sums", "_sha256")
        .orderBy("file", "tensor", "chunk")
        .collectAsList();
  }

  @ParameterizedTest
  @EnumSource(names = {"PIECE", "TENSOR"})
  void runsHaveTheSha256OfTheirTensors(RowUnit unit) {
    Dataset<Row> runs =
        weights("engines", "64k", "1", unit).select("_file_index", "tensor", "_sha256");

    assertThat(runs.collectAsList())
        .containsExactlyInAnyOrderElementsOf(
            weights("engines", "64k", "1", RowUnit.CHUNK)
                .where("_sha256 IS NOT NULL")
                .select("_file_index", "tensor", "_sha256")
                .collectAsList());
  }

  @Test
  void tensorsAreRunsThatNoTaskCuts() {
    Dataset<Row> tensors = weights("real", "3m", "1", RowUnit.TENSOR);

    assertThat(tensors.selectExpr("tensor", "_chunks").collectAsList())
        .containsExactly(RowFactory.create("embedding.weight", 16));
  }

  @ParameterizedTest
  @EnumSource(names = {"PIECE", "TENSOR"})
  void runsCannotHandOutTheirData(RowUnit unit) {
    assertThatThrownBy(() -> weights("real", "3m", "1", unit).select("data").collectAsList())
        .hasMessageContaining("Cannot read data with rows=" + unit.option());
  }

  @Test
  void aGpuDoesNotHandOutData() {
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("safetensors")
                    .option("sums", "gpu")
                    .load(GOLDEN.resolve("real").toString())
                    .select("data")
                    .collectAsList())
        .hasMessageContaining("Cannot read data with sums=gpu: expected sums=cpu");
  }

  private static Dataset<Row> weights(
      String golden, String splitBytes, String openCost, RowUnit unit) {
    return spark
        .read()
        .format("safetensors")
        .option("recursive", "true")
        .option("split-bytes", splitBytes)
        .option("open-cost-bytes", openCost)
        .option("rows", unit.option())
        .load(GOLDEN.resolve(golden).toString());
  }

  @Test
  void aFileHasTheSameRowsWhereverItStandsInTheList() {
    String directory = GOLDEN.resolve("engines/tp2-draft").toString();
    String real = GOLDEN.resolve("real").toString();

    assertThat(sortedRows(real, directory)).isEqualTo(sortedRows(directory, real));
  }

  private static List<String> sortedRows(String... paths) {
    return spark.read().format("safetensors").load(paths).drop("data").collectAsList().stream()
        .map(Row::toString)
        .sorted()
        .toList();
  }

  private static Map<String, String> checksums(List<Row> rows) {
    Map<String, Long> sums = new HashMap<>();
    for (Row row : rows) {
      sums.merge(key(row.getString(0), row.getString(1)), row.getLong(2), Long::sum);
    }
    Map<String, String> checksums = new HashMap<>();
    sums.forEach((key, sum) -> checksums.put(key, SglangChecksum.finish(sum)));
    return checksums;
  }

  /** The rank, and the tensor's name as the engine reports it. */
  private static String key(String file, String tensor) {
    String rank = file.replaceFirst(".*model-rank-(\\d+)-part.*", "$1");
    return rank + " " + (file.contains("/draft/") ? "draft." : "") + tensor;
  }

  /** Block-quantized weights are reported dequantized, so those alone are left out. */
  private static void assertReported(Path engine, Map<String, String> checksums)
      throws IOException {
    JsonNode ranks =
        new ObjectMapper().readTree(engine.resolve("weights_checker.json").toFile()).get("ranks");
    Map<String, String> reported = new HashMap<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      String prefix = rank + " ";
      ranks
          .get(rank)
          .get("checksums")
          .properties()
          .forEach(e -> reported.put(prefix + e.getKey(), e.getValue().asText()));
    }
    reported.keySet().removeIf(key -> checksums.containsKey(key + "_scale_inv"));
    assertThat(reported).hasSizeGreaterThan(20);
    assertThat(checksums).containsAllEntriesOf(reported);
  }
}
