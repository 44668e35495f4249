package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class SafetensorsSourceTest {

  private static SparkSession spark;

  @TempDir private Path directory;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session.newSession();
  }

  @AfterEach
  void dropTable() {
    spark.sql("DROP TABLE IF EXISTS weights");
  }

  @Test
  void hasTheColumnsOfAChunk() throws IOException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 3);
    long headerBytes = WeightFiles.headerBytes(file);
    byte[] bytes = Files.readAllBytes(file);

    Dataset<Row> rows = load(file.toString());

    assertThat(rows.schema().fieldNames())
        .containsExactly(
            "file",
            "tensor",
            "dtype",
            "shape",
            "tensor_bytes",
            "file_offset_bytes",
            "chunk",
            "first_word",
            "data");
    Row row = rows.head();
    assertThat(row.getString(0)).isEqualTo(WeightFiles.uri(file));
    assertThat(row.getString(1)).isEqualTo("t0");
    assertThat(row.getString(2)).isEqualTo("U8");
    assertThat(row.<Long>getList(3)).containsExactly(3L);
    assertThat(row.getLong(4)).isEqualTo(3);
    assertThat(row.getLong(5)).isEqualTo(headerBytes);
    assertThat(row.getInt(6)).isZero();
    assertThat(row.getLong(7)).isZero();
    assertThat(row.<byte[]>getAs(8))
        .containsExactly(bytes[bytes.length - 3], bytes[bytes.length - 2], bytes[bytes.length - 1]);
  }

  @Test
  void hasAColumnForErrorsWhereTheyAreReported() {
    assertThat(
            spark
                .read()
                .format("safetensors")
                .option("on-error", "report")
                .load("/no/such/dir")
                .schema()
                .fieldNames())
        .endsWith("data", "error");
  }

  @Test
  void hasMetadataColumnsThatAStarLeavesOut() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 3);
    WeightFiles.write(directory.resolve("b.safetensors"), 5, 0);
    ScannedFile skipping = WeightFiles.listed(directory.resolve("b.safetensors"), "t1");
    FileListing listing =
        new FileListing(List.of(WeightFiles.listed(directory.resolve("a.safetensors")), skipping));

    assertThat(
            spark
                .read()
                .format("safetensors")
                .option("listing", listing.toJson())
                .load()
                .select(
                    "tensor", "_file_index", "_file_tensors", "_skipped_by", "_executor", "_gpu")
                .orderBy("_file_index", "tensor")
                .collectAsList())
        .map(Row::toString)
        .containsExactly(
            "[t0,0,1,null,driver,null]", "[t0,1,2,null,driver,null]", "[t1,1,2,t1,driver,null]");
  }

  @Test
  void readsTablesOfSql() throws IOException {
    Path file = WeightFiles.write(directory.resolve("with space %20+#.d/a.safetensors"), 3, 5);

    for (String place : List.of("OPTIONS (path '%s')", "LOCATION '%s'")) {
      spark.sql(
          "CREATE TABLE weights USING safetensors "
              + place.formatted(file.getParent())
              + " COMMENT 'of a test' TBLPROPERTIES ('team' = 'weights')");
      assertThat(
              spark
                  .sql("SELECT tensor, length(data), _file_tensors FROM weights ORDER BY 1")
                  .collectAsList())
          .as(place)
          .map(Row::toString)
          .containsExactly("[t0,3,2]", "[t1,5,2]");
      spark.sql("DROP TABLE weights");
    }
  }

  @Test
  void takesOptionsOfATableAndOfAQuery() throws IOException {
    WeightFiles.write(directory.resolve("sub/a.safetensors"), 3_000_000);
    spark.sql(
        "CREATE TABLE weights USING safetensors OPTIONS (path '%s', Recursive 'false')"
            .formatted(directory));

    assertThat(spark.sql("SELECT chunk FROM weights").collectAsList()).isEmpty();
    assertThat(spark.sql("SELECT chunk FROM weights WITH ('recursive' = 'true')").collectAsList())
        .hasSize(3);
    assertThatThrownBy(
            () ->
                spark.sql("SELECT chunk FROM weights WITH ('on-error' = 'report')").collectAsList())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid option on-error: expected fail, as the table has no column error, found"
                + " report");
  }

  @Test
  void refusesUnknownOptions() {
    assertThatThrownBy(
            () -> spark.read().format("safetensors").option("splitBytes", "1m").load("/w"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Unknown option of the source safetensors: splitbytes; known: ");
  }

  @Test
  void refusesUnknownOptionsOfATableThatCanBeDroppedYet() {
    spark.sql(
        "CREATE TABLE weights USING safetensors OPTIONS (path '/w', splitBytes '1m')"
            + " TBLPROPERTIES ('team' = 'weights')");

    assertThatThrownBy(() -> spark.sql("SELECT chunk FROM weights").collectAsList())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Unknown option of the source safetensors: splitbytes; known: ");
    spark.sql("DROP TABLE weights");
  }

  @Test
  void refusesToLoadNothing() {
    assertThatThrownBy(() -> spark.read().format("safetensors").load().collectAsList())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot read safetensors: expected a path, as in load(\"/weights\"), found none");
  }

  @Test
  void namesThePathThatMatchesNothing() {
    assertThatThrownBy(() -> load(directory + "/*.safetensors").collectAsList())
        .hasMessage("Cannot read %s/*.safetensors: no such file or directory".formatted(directory));
  }

  @Test
  void findsFilesByDirectoryAndGlob() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), 1);
    WeightFiles.write(directory.resolve("b.safetensors"), 1);
    WeightFiles.write(directory.resolve("c.weights"), 1);
    WeightFiles.write(directory.resolve("_hidden.safetensors"), 1);
    WeightFiles.write(directory.resolve(".hidden.safetensors"), 1);
    WeightFiles.write(directory.resolve("sub/d.safetensors"), 1);
    Files.writeString(directory.resolve("config.json"), "{}");
    Files.createDirectory(directory.resolve("empty"));

    assertThat(files(load(directory.toString()))).containsExactly("a", "b");
    assertThat(files(load(directory + "/[bc].*"))).containsExactly("b", "c");
    assertThat(files(load(directory + "/c.weights", directory + "/sub"))).containsExactly("c", "d");
    assertThat(files(load(directory + "/{sub,empty}"))).containsExactly("d");
    assertThat(files(load(directory + "/empty"))).isEmpty();
    assertThat(
            files(
                spark
                    .read()
                    .format("safetensors")
                    .option("recursive", "true")
                    .load(directory.toString())))
        .containsExactly("a", "b", "d");
  }

  @Test
  void readsFilesWhateverTheirNames() throws IOException {
    List<String> names =
        List.of("a b", "a%20b", "a#b?c&d=e", "\"a\"", "'b'", "a\\b", "a[1]{2}*", "line\nbreak");
    for (String name : names) {
      WeightFiles.write(directory.resolve(name + ".safetensors"), 3);
    }

    List<Row> rows = load(directory.toString()).selectExpr("file", "length(data)").collectAsList();

    assertThat(rows)
        .allSatisfy(row -> assertThat(row.getInt(1)).isEqualTo(3))
        .map(row -> Path.of(row.getString(0)).getFileName().toString())
        .containsExactlyInAnyOrderElementsOf(
            names.stream().map(name -> name + ".safetensors").toList());
  }

  @Test
  void givesShapesAndTypesAsTheFileHasThem() throws IOException {
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    tensors.put(new TensorSpec("scalar", DType.F32, List.of()), new byte[4]);
    tensors.put(new TensorSpec("matrix", DType.BF16, List.of(2L, 3L)), new byte[12]);
    tensors.put(new TensorSpec("empty", DType.F8_E4M3, List.of(4L, 0L, 2L)), new byte[0]);
    tensors.put(new TensorSpec("half bytes", DType.F4, List.of(2L)), new byte[1]);
    tensors.put(new TensorSpec("at the end", DType.I64, List.of(0L)), new byte[0]);
    WeightFiles.write(directory.resolve("a.safetensors"), tensors);

    assertThat(
            load(directory.toString())
                .selectExpr(
                    "tensor",
                    "dtype",
                    "array_join(shape, 'x')",
                    "size(shape)",
                    "tensor_bytes",
                    "length(data)",
                    "_chunk_sum = 0",
                    "_sha256 = sha2(data, 256)")
                .collectAsList())
        .map(Row::toString)
        .containsExactly(
            "[scalar,F32,,0,4,4,false,true]",
            "[matrix,BF16,2x3,2,12,12,false,true]",
            "[empty,F8_E4M3,4x0x2,3,0,0,true,true]",
            "[half bytes,F4,2,1,1,1,false,true]",
            "[at the end,I64,0,1,0,0,true,true]");
  }

  @Test
  void givesAFileWithoutTensorsAsOneRow() throws IOException {
    WeightFiles.write(directory.resolve("a.safetensors"), Map.of());

    List<Row> rows =
        spark
            .read()
            .format("safetensors")
            .option("split-bytes", "3")
            .option("open-cost-bytes", 1)
            .load(directory.toString())
            .select("tensor", "data", "_file_tensors", "_chunk_sum", "chunk")
            .collectAsList();

    assertThat(rows).map(Row::toString).containsExactly("[null,null,0,null,null]");
  }

  @Test
  void givesNamesOfTensorsAsTheFileHasThem() throws IOException {
    List<String> names =
        List.of(
            "",
            "line\nbreak",
            "\"quotes\" and 'others'",
            "back\\slash",
            "\uD83D\uDE00",
            "\u202Eright to left",
            "null\0byte",
            "n".repeat(10_000));
    Map<TensorSpec, byte[]> tensors = new LinkedHashMap<>();
    names.forEach(name -> tensors.put(WeightFiles.bytes(name, 1), new byte[1]));
    WeightFiles.write(directory.resolve("a.safetensors"), tensors);

    assertThat(load(directory.toString()).select("tensor").collectAsList())
        .map(row -> row.getString(0))
        .containsExactlyElementsOf(names);
  }

  private static Dataset<Row> load(String... paths) {
    return spark.read().format("safetensors").load(paths);
  }

  /** Names of the files read, without directory and suffix. */
  private static List<String> files(Dataset<Row> rows) {
    return rows.select("file").collectAsList().stream()
        .map(row -> row.getString(0).replaceFirst(".*/([^/]*)\\.[a-z]*$", "$1"))
        .sorted()
        .toList();
  }
}
