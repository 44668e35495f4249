package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class KilledReadTest {

  /** How a task of the test begins and ends. */
  private static final class Task extends SparkListener {
    private final CompletableFuture<Integer> stage = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
      stage.complete(start.stageId());
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      end.complete(task.reason().toString());
    }
  }

  /** Spark does not interrupt what it cancels, and the whole row would take two minutes. */
  @Test
  void endsWithinARow(SparkSession spark, @TempDir Path directory) throws Exception {
    Path file = directory.resolve("a.safetensors");
    SmallFleet.write(
        file, SmallFleet.filled(0, new TensorSpec("t", DType.U8, List.of(128L << 20))));
    SparkContext context = spark.sparkContext();
    Task task = new Task();
    context.addSparkListener(task);
    try {
      CompletableFuture<Void> query =
          CompletableFuture.runAsync(
              () ->
                  spark
                      .read()
                      .format("safetensors")
                      .option("rows", "piece")
                      .option("max-rate", "1MB/s")
                      .load(file.toString())
                      .select("_chunk_sum")
                      .collectAsList());
      context.cancelStage(task.stage.get(1, TimeUnit.MINUTES));

      assertThat(task.end.get(1, TimeUnit.MINUTES)).startsWith("TaskKilled");
      assertThat(query).failsWithin(1, TimeUnit.MINUTES);
    } finally {
      context.removeSparkListener(task);
    }
  }
}
