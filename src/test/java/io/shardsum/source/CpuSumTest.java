package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The column {@code _cpu_sum}: sums of a sample of the chunks. */
@ExtendWith(LocalSpark.class)
class CpuSumTest {

  private static final int MIB = 1024 * 1024;

  private static SparkSession spark;

  @TempDir private Path directory;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session.newSession();
  }

  @Test
  void isTheSumOfEveryChunkWhereTheSampleIsOneInOne() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 3 * MIB + 5, 0, 7);

    Dataset<Row> rows = chunks("1", "").select("_cpu_sum", "_chunk_sum");

    assertThat(rows.collectAsList()).hasSize(6).allMatch(row -> row.getLong(0) == row.getLong(1));
  }

  @Test
  void isThereForOneChunkOfEachFileHoweverSmallTheSample() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 5 * MIB);
    WeightFiles.write(directory.resolve("b.safetensors"), 0, 3, 0);
    WeightFiles.write(directory.resolve("c.safetensors"), 2 * MIB, 2 * MIB);

    assertThat(sampled(chunks("999999999", "")))
        .hasSize(3)
        .anyMatch(chunk -> chunk.startsWith("[0,"))
        .contains("[1,t1,0]")
        .anyMatch(chunk -> chunk.startsWith("[2,"));
  }

  @Test
  void isTheSameSampleHoweverFilesAreCut() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 5 * MIB, 3 * MIB);
    WeightFiles.write(directory.resolve("b.safetensors"), 9 * MIB);

    List<String> whole = sampled(chunks("4", "x"));

    assertThat(whole).hasSizeBetween(2, 16).isEqualTo(sampled(chunks("4", "x", "split-bytes=1m")));
  }

  @Test
  void isAnotherSampleWithAnotherSeed() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 40 * MIB);

    List<List<String>> samples = new ArrayList<>();
    for (String seed : List.of("scan-1", "scan-2", "scan-3")) {
      samples.add(sampled(chunks("8", seed)));
    }

    assertThat(samples).doesNotHaveDuplicates();
  }

  @Test
  void leavesOutTensorsThatAreSkipped() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 3 * MIB, 5);
    String listing = new FileListing(List.of(WeightFiles.listed(file, "t0"))).toJson();

    assertThat(sampled(chunks("1000", "", "listing=" + listing))).containsExactly("[0,t1,0]");
  }

  @Test
  void isRefusedWhereARowIsMoreThanAChunk() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 3);

    assertThatThrownBy(() -> chunks("1", "", "rows=piece").select("_cpu_sum").collect())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot read _cpu_sum with rows=piece: expected rows=chunk, where a row is one chunk");
  }

  private Dataset<Row> chunks(String oneIn, String seed, String... options) {
    DataFrameReader reader =
        spark
            .read()
            .format("safetensors")
            .option("sample-one-in", oneIn)
            .option("sample-seed", seed);
    for (String option : options) {
      String[] keyAndValue = option.split("=", 2);
      reader.option(keyAndValue[0], keyAndValue[1]);
    }
    return reader.load(directory.toString());
  }

  private static List<String> sampled(Dataset<Row> chunks) {
    return chunks
        .where("_cpu_sum IS NOT NULL")
        .select("_file_index", "tensor", "chunk")
        .orderBy("_file_index", "tensor", "chunk")
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }
}
