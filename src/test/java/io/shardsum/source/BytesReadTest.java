package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.testing.FlakyFileSystem;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is read, and that Spark's task metrics and SQL page say so. */
@ExtendWith(LocalSpark.class)
class BytesReadTest {

  private static SparkSession spark;

  @TempDir private Path directory;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session.newSession();
  }

  @Test
  void readsNoTensorBytesForWhatTheHeaderSays() throws IOException, TimeoutException {
    Path file = WeightFiles.writeSparse(directory.resolve("huge.safetensors"), 8L << 30);
    Dataset<Row> rows = load(file).select("tensor", "dtype", "shape");

    try (InputMeter meter = new InputMeter(spark)) {
      assertThat(rows.collectAsList()).hasSize(8192);

      long filesOpened = metric(rows, "filesOpened");
      assertThat(filesOpened).as("one for each 128 MiB").isBetween(64L, 65L);
      assertThat(meter.tasks()).isEqualTo(filesOpened);
      assertThat(meter.bytesRead()).isEqualTo(filesOpened * WeightFiles.headerBytes(file));
      assertThat(metric(rows, "bytesRead")).isEqualTo(meter.bytesRead());
      assertThat(meter.recordsRead()).isEqualTo(8192);
    }
  }

  @Test
  void countsRowsWithoutReadingThem() throws IOException, TimeoutException {
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100, 200);

    try (InputMeter meter = new InputMeter(spark)) {
      assertThat(load(file).count()).isEqualTo(2);
      assertThat(meter.bytesRead()).isEqualTo(WeightFiles.headerBytes(file));
    }
  }

  @Test
  void readsTheWholeFileOnceForItsSums() throws IOException, TimeoutException {
    Path file =
        WeightFiles.write(directory.resolve("a.safetensors"), 600_000, 700_000, 0, CHUNK_BYTES, 3);

    for (String column : List.of("_chunk_sum", "_sha256", "data")) {
      Dataset<Row> rows = load(file).select("tensor", column);
      try (InputMeter meter = new InputMeter(spark)) {
        assertThat(rows.collectAsList()).hasSize(5);

        assertThat(meter.bytesRead()).as(column).isEqualTo(Files.size(file));
        assertThat(meter.recordsRead()).as(column).isEqualTo(5);
        assertThat(metric(rows, "bytesRead")).as(column).isEqualTo(Files.size(file));
        assertThat(metric(rows, "filesOpened")).as(column).isEqualTo(1);
        assertThat(metric(rows, "numOutputRows")).as(column).isEqualTo(5);
      }
    }
  }

  @Test
  void countsTheBytesOfAnyHadoopFileSystem() throws IOException, TimeoutException {
    FlakyFileSystem.register(spark.sparkContext().hadoopConfiguration());
    FlakyFileSystem.heal();
    Path file = WeightFiles.write(directory.resolve("a.safetensors"), 100_000, 200_000);
    Dataset<Row> rows =
        spark.read().format("safetensors").load(FlakyFileSystem.uri(file)).select("_chunk_sum");

    try (InputMeter meter = new InputMeter(spark)) {
      assertThat(rows.collectAsList()).hasSize(2);

      assertThat(meter.bytesRead()).isEqualTo(Files.size(file));
      assertThat(metric(rows, "bytesRead")).isEqualTo(Files.size(file));
    }
  }

  /** A file of this size is not worth cutting. */
  private static Dataset<Row> load(Path file) {
    return spark.read().format("safetensors").load(file.toString());
  }

  private static long metric(Dataset<Row> rows, String name) {
    SQLMetric metric =
        ((org.apache.spark.sql.classic.Dataset<Row>) rows)
            .queryExecution()
            .executedPlan()
            .collectLeaves()
            .head()
            .metrics()
            .apply(name);
    return metric.value();
  }
}
