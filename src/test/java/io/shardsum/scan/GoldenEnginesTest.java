package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.ShardFile;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
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
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds scans against what the reference and live engines answered for the same bytes. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenEnginesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private static final String SGLANG_FLEET =
      """
      fleet: golden
      defaults: { digest: both }
      engines:
      - name: tp2-draft
        shards: engines/tp2-draft
        parallelism: { tp: 2 }
        draft: { shards: engines/tp2-draft/draft }
      - { name: tp12, shards: engines/tp12, parallelism: { tp: 12 } }
      - { name: tp2-fp8, shards: engines/tp2-fp8, parallelism: { tp: 2 } }
      - { name: qwen3-fp8, shards: sglang/qwen3-fp8/tp2, parallelism: { tp: 2 } }
      - { name: llama-tied, shards: sglang/llama-tied/tp2, parallelism: { tp: 2 } }
      - { name: real, shards: real, layout: checkpoint }
      """;

  private static final String VLLM_FLEET =
      """
      fleet: vllm
      defaults: { digest: sha256, profile: vllm-0.32 }
      engines:
      - { name: llama-tied/tp2, shards: vllm/llama-tied/tp2, parallelism: { tp: 2 } }
      - { name: qwen2-bias/tp2, shards: vllm/qwen2-bias/tp2, parallelism: { tp: 2 } }
      - { name: qwen3/tp1, shards: vllm/qwen3/tp1, parallelism: { tp: 1 } }
      - { name: qwen3/tp2, shards: vllm/qwen3/tp2, parallelism: { tp: 2 } }
      - { name: qwen3/tp4, shards: vllm/qwen3/tp4, parallelism: { tp: 4 } }
      - { name: qwen3/pp2, shards: vllm/qwen3/pp2, parallelism: { tp: 1, pp: 2 } }
      - { name: qwen3/tp2-pp2, shards: vllm/qwen3/tp2-pp2, parallelism: { tp: 2, pp: 2 } }
      - { name: qwen3-moe/tp2, shards: vllm/qwen3-moe/tp2, parallelism: { tp: 2 } }
      """;

  /** A buffer, which vLLM exports and its checker does not name. */
  private static final String BUFFER = ".*\\.attn\\._(k|q|v|prob)_scale";

  private SparkSession spark;
  private Landed sglang;
  private Landed vllm;

  @BeforeAll
  void scan(SparkSession session, @TempDir Path out) {
    spark = session;
    sglang = Landed.of(spark, Landed.inventory(SGLANG_FLEET, GOLDEN), out.resolve("sglang"));
    vllm = Landed.of(spark, Landed.inventory(VLLM_FLEET, GOLDEN), out.resolve("vllm"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tp2-draft", "tp12", "tp2-fp8"})
  void equalsTheEnginesAnswerTensorByTensorRankByRankAndAsAWhole(String engine) throws IOException {
    JsonNode answer =
        json(GOLDEN.resolve("engines").resolve(engine).resolve("weights_checker.json"));

    assertAnswered(engine, answer);
  }

  /** One in block FP8, and one whose tied pair the export calls by the other name. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen3-fp8", "llama-tied"})
  void equalsTheAnswerOfAnExportedModelAndItsTensors(String engine) throws IOException {
    Path export = GOLDEN.resolve("sglang").resolve(engine).resolve("tp2");

    assertAnswered(engine, json(export.resolve("weights_checker.json")));
    Map<String, String> expected = new TreeMap<>();
    for (String line :
        Files.readAllLines(export.resolve("tensors.csv")).stream().skip(1).toList()) {
      String[] fields = line.split(",", -1);
      expected.put(fields[0] + " " + fields[1], fields[5] + " " + fields[6]);
    }
    Map<String, String> found = new TreeMap<>();
    for (Row row :
        sglang.rows(ScanTable.TENSORS, "status = 'HASHED' AND engine = '" + engine + "'")) {
      found.put(
          row.<Integer>getAs("rank") + " " + row.getAs("key"),
          row.getAs("checksum") + " " + row.getAs("sha256"));
    }
    assertThat(found).isEqualTo(expected);
  }

  /** As {@code held.csv} has it: dtype, shape and SHA-256 of all that the engine stores. */
  @Test
  void keepsTheRawChecksumOfBothHalvesOfAPair() throws IOException {
    List<Row> halves =
        sglang.rows(
            ScanTable.TENSORS, "engine IN ('qwen3-fp8', 'tp2-fp8') AND raw_checksum IS NOT NULL");

    assertThat(halves)
        .filteredOn(row -> row.getAs("status").equals("HASHED"))
        .hasSize(20)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("dtype")).isEqualTo("F8_E4M3");
              assertThat(row.<String>getAs("tensor")).endsWith("weight");
              assertThat(row.<String>getAs("checksum")).isNotEqualTo(row.getAs("raw_checksum"));
              assertThat(row.<String>getAs("reason")).isNull();
            });
    assertThat(halves)
        .filteredOn(row -> row.getAs("status").equals("PAIRED"))
        .hasSize(20)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("tensor")).endsWith("weight_scale_inv");
              assertThat(row.<String>getAs("checksum")).isNull();
              assertThat(row.<String>getAs("sha256")).isNull();
              assertThat(row.<String>getAs("reason"))
                  .isEqualTo("hashed with its weight, dequantized");
            });
    assertThat(sglang.rank("qwen3-fp8", 0).skipped()).isZero();
    assertThat(sglang.rank("qwen3-fp8", 0).bytes()).isEqualTo(477_536);
  }

  @Test
  void saysUnderWhichNameAFileHasATensorAndWhy() {
    assertThat(sglang.rows(ScanTable.TENSORS, "name_in_file IS NOT NULL"))
        .hasSize(2)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("engine")).isEqualTo("llama-tied");
              assertThat(row.<String>getAs("name_in_file")).isEqualTo("lm_head.weight");
              assertThat(row.<String>getAs("tensor")).isEqualTo("model.embed_tokens.weight");
              assertThat(row.<String>getAs("key")).isEqualTo("model.embed_tokens.weight");
              assertThat(row.<String>getAs("reason"))
                  .isEqualTo(
                      "of a tied pair, an export keeps the head and the engine's answer the"
                          + " embedding");
            });
    assertThat(vllm.rows(ScanTable.TENSORS, "name_in_file IS NOT NULL"))
        .extracting(row -> row.getAs("engine"), row -> row.getAs("name_in_file"))
        .containsExactlyInAnyOrder(
            tuple("llama-tied/tp2", "lm_head.weight"),
            tuple("llama-tied/tp2", "lm_head.weight"),
            tuple("qwen3-moe/tp2", "model.layers.0.mlp.experts.gate.weight"),
            tuple("qwen3-moe/tp2", "model.layers.0.mlp.experts.gate.weight"),
            tuple("qwen3-moe/tp2", "model.layers.1.mlp.experts.gate.weight"),
            tuple("qwen3-moe/tp2", "model.layers.1.mlp.experts.gate.weight"));
  }

  private void assertAnswered(String engine, JsonNode answer) {
    Map<Integer, Map<String, String>> found = new HashMap<>();
    sglang
        .rows(ScanTable.TENSORS, "status = 'HASHED' AND engine = '" + engine + "'")
        .forEach(
            row ->
                found
                    .computeIfAbsent(row.getAs("rank"), rank -> new TreeMap<>())
                    .put(row.getAs("key"), row.getAs("checksum")));

    assertThat(sglang.engine(engine).checksum())
        .contains(answer.path("per_engine_checksum").textValue());
    assertThat(sglang.engine(engine).expectedRanks()).isEqualTo(answer.path("ranks").size());
    for (int rank = 0; rank < answer.path("ranks").size(); rank++) {
      JsonNode expected = answer.path("ranks").path(rank);
      assertThat(sglang.rank(engine, rank).checksum())
          .as("rank %d", rank)
          .contains(expected.path("per_gpu_checksum").textValue());
      assertThat(found.getOrDefault(rank, Map.of()))
          .as("tensors of rank %d", rank)
          .isEqualTo(texts(expected.path("checksums")));
    }
  }

  @Test
  void givesBothDigestsOfAPublishedFile() throws IOException {
    List<String> lines = Files.readAllLines(GOLDEN.resolve("real/wordllama-l2_supercat_256.csv"));
    String[] expected = lines.get(1).split(",", -1);

    List<Row> tensors = sglang.rows(ScanTable.TENSORS, "engine = 'real'");

    assertThat(tensors).hasSize(1);
    Row tensor = tensors.get(0);
    assertThat(tensor.<String>getAs("tensor")).isEqualTo(expected[0]);
    assertThat(tensor.<Long>getAs("bytes")).isEqualTo(Long.parseLong(expected[2]));
    assertThat(tensor.<String>getAs("checksum")).isEqualTo(expected[3]);
    assertThat(tensor.<String>getAs("sha256")).isEqualTo(expected[4]);
    assertThat(tensor.getList(tensor.fieldIndex("chunk_sums"))).hasSize(16);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-tied/tp2",
        "qwen2-bias/tp2",
        "qwen3/tp1",
        "qwen3/tp2",
        "qwen3/tp4",
        "qwen3/pp2",
        "qwen3/tp2-pp2",
        "qwen3-moe/tp2"
      })
  void givesEveryValueThatALiveVllmEngineAnswered(String engine) throws IOException {
    JsonNode answer = json(GOLDEN.resolve("vllm").resolve(engine).resolve("weight_checker.json"));
    Map<String, String> expected = new TreeMap<>(texts(answer.path("checksums")));

    Map<String, String> found = new TreeMap<>();
    Map<Integer, String> workers = new HashMap<>();
    for (Row rank : vllm.rows(ScanTable.RANKS, "engine = '" + engine + "'")) {
      workers.put(
          rank.getAs("rank"),
          "dp0:pp" + rank.<Integer>getAs("pp_rank") + ":pcp0:tp" + rank.<Integer>getAs("tp_rank"));
    }
    for (Row tensor : vllm.rows(ScanTable.TENSORS, "engine = '" + engine + "'")) {
      if (tensor.getAs("status").equals("HASHED")) {
        String worker = workers.get(tensor.<Integer>getAs("rank"));
        found.put(worker + ":" + tensor.getAs("tensor"), tensor.getAs("sha256"));
      } else {
        assertThat(tensor.<String>getAs("tensor"))
            .as("a tensor of the export that is in no answer")
            .matches(BUFFER);
      }
    }
    assertThat(found).isEqualTo(expected);
    List<String> ranks = new ArrayList<>();
    for (int rank = 0; rank < workers.size(); rank++) {
      ranks.add(WeightDigest.ofRank(ofWorker(workers.get(rank), expected)));
      assertThat(vllm.rank(engine, rank).checksum()).contains(ranks.get(rank));
    }
    assertThat(vllm.engine(engine).checksum()).contains(WeightDigest.ofEngine(ranks));
  }

  private static Map<String, String> ofWorker(String worker, Map<String, String> answer) {
    Map<String, String> tensors = new HashMap<>();
    answer.forEach(
        (key, sha256) -> {
          if (key.startsWith(worker + ":")) {
            tensors.put(key.substring(worker.length() + 1), sha256);
          }
        });
    return tensors;
  }

  @Test
  void doesNotDependOnTheOrderOfFiles(@TempDir Path out) {
    Inventory listed = Landed.inventory(SGLANG_FLEET, GOLDEN);
    Random random = new Random(7);
    List<EngineInventory> engines = new ArrayList<>();
    for (EngineInventory engine : listed.engines()) {
      List<RankInventory> ranks = new ArrayList<>();
      for (RankInventory rank : engine.ranks()) {
        List<ShardFile> files = new ArrayList<>(rank.files());
        Collections.shuffle(files, random);
        ranks.add(
            new RankInventory(
                rank.rank(),
                rank.tpRank(),
                rank.ppRank(),
                rank.dpRank(),
                rank.state(),
                rank.reason(),
                files));
      }
      engines.add(
          new EngineInventory(
              engine.spec(), engine.group(), engine.expectedRanks(), ranks, engine.problems()));
    }
    Collections.reverse(engines);

    Landed shuffled = Landed.of(spark, new Inventory("golden", engines, List.of()), out);

    assertThat(shuffled.summary().files().ranks())
        .containsExactlyInAnyOrderElementsOf(sglang.summary().files().ranks());
    assertThat(shuffled.summary().files().engines())
        .containsExactlyInAnyOrderElementsOf(sglang.summary().files().engines());
    assertThat(shuffled.summary().files().engines())
        .extracting(EngineResult::engine)
        .containsExactly("real", "llama-tied", "qwen3-fp8", "tp2-fp8", "tp12", "tp2-draft");
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().textValue()));
    return texts;
  }
}
