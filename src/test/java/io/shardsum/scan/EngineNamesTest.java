package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.RankStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names the table has for tensors that files call otherwise than engines. */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineNamesTest {

  private static final String HEAD = "lm_head.weight";
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String KV_OF_ATTENTION = "m.0.self_attn.attn_mha.kv_b_proj.weight";
  private static final String KV = "m.0.self_attn.kv_b_proj.weight";

  private SmallFleet fleet;
  private Landed scan;
  private final Map<String, Map<String, Row>> byNameInFile = new TreeMap<>();

  @BeforeAll
  void scan(SparkSession spark, @TempDir Path root) throws IOException {
    fleet = SmallFleet.withDraft(root.resolve("fleet"), 1, 3);
    engine("tied", List.of(HEAD, "norm"), List.of("a"));
    engine("untied", List.of("norm"), List.of(HEAD), EMBEDDING);
    engine("skips-head", List.of(HEAD), List.of("a"), "skip: [lm_head]");
    engine("skips-embedding", List.of(HEAD), List.of("a"), "skip: [embed_tokens]");
    engine("deepseek", List.of(KV_OF_ATTENTION), List.of("a"));
    engine("deepseek-twice", List.of(KV_OF_ATTENTION), List.of(KV));
    engine("deepseek-vllm", List.of(KV_OF_ATTENTION), List.of("a"), "profile: vllm-0.32");
    engine("cut", List.of(HEAD), List.of("a"));
    Files.write(fleet.shard("cut", 0, 2), new byte[3]);
    scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));
    for (Row row : scan.rows(ScanTable.TENSORS, "tensor IS NOT NULL AND role = 'target'")) {
      String name =
          row.getAs("name_in_file") == null ? row.getAs("tensor") : row.getAs("name_in_file");
      byNameInFile.computeIfAbsent(row.getAs("engine"), any -> new TreeMap<>()).put(name, row);
    }
  }

  private void engine(String name, List<String> first, List<String> second, String... more) {
    boolean setting = more.length > 0 && more[0].contains(": ");
    fleet.engine(
        name,
        Stream.concat(Stream.of("model: " + name), Stream.of(more).filter(m -> setting)).toList());
    List<String> third = setting ? List.of() : List.of(more);
    List<List<String>> parts = List.of(first, second, third);
    for (int part = 0; part < parts.size(); part++) {
      SmallFleet.write(fleet.shard(name, 0, part), filled(parts.get(part)));
    }
    SmallFleet.write(fleet.shard(name, SmallFleet.DRAFT, 0, 0), filled(List.of(HEAD)));
  }

  private static Map<TensorSpec, byte[]> filled(List<String> names) {
    return SmallFleet.filled(
        0,
        names.stream()
            .map(name -> new TensorSpec(name, DType.BF16, List.of(4L, 4L)))
            .toArray(TensorSpec[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "tied," + HEAD + "," + EMBEDDING,
    "untied," + HEAD + "," + HEAD,
    "untied," + EMBEDDING + "," + EMBEDDING,
    "deepseek," + KV_OF_ATTENTION + "," + KV,
    "deepseek-twice," + KV_OF_ATTENTION + "," + KV_OF_ATTENTION,
    "deepseek-twice," + KV + "," + KV,
    "deepseek-vllm," + KV_OF_ATTENTION + "," + KV_OF_ATTENTION,
  })
  void renamesWhereTheRankHasNoTensorOfTheEnginesName(
      String engine, String inFile, String inEngine) {
    Row row = byNameInFile.get(engine).get(inFile);

    assertThat(row.<String>getAs("tensor")).isEqualTo(inEngine);
    assertThat(row.<String>getAs("key")).isEqualTo(inEngine);
    assertThat(row.<String>getAs("status")).isEqualTo("HASHED");
    if (inFile.equals(inEngine)) {
      assertThat(row.<String>getAs("name_in_file")).isNull();
      assertThat(row.<String>getAs("reason")).isNull();
    } else {
      assertThat(row.<String>getAs("reason")).isNotBlank();
    }
    assertThat(scan.rank(engine, 0).status()).isEqualTo(RankStatus.COMPLETE);
  }

  @Test
  void skipsByTheEnginesNames() {
    assertThat(byNameInFile.get("skips-head").get(HEAD).<String>getAs("status"))
        .isEqualTo("HASHED");
    assertThat(byNameInFile.get("skips-embedding").get(HEAD).<String>getAs("reason"))
        .isEqualTo("name contains embed_tokens");
  }

  @Test
  void renamesNothingOfADraft() {
    assertThat(scan.rows(ScanTable.TENSORS, "engine = 'tied' AND role = 'draft'"))
        .singleElement()
        .satisfies(row -> assertThat(row.<String>getAs("key")).isEqualTo("draft." + HEAD));
  }

  @Test
  void renamesNothingWhereAFileCannotBeRead() {
    assertThat(byNameInFile.get("cut").get(HEAD).<String>getAs("tensor")).isEqualTo(HEAD);
    assertThat(scan.rank("cut", 0).status()).isEqualTo(RankStatus.UNREADABLE);
  }
}
