package io.shardsum.source;

import static io.shardsum.source.ChunkColumn.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.io.ListedFile;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class TaskPlanTest {

  @Test
  void isShortJsonAndGivesItselfBack() {
    TaskPlan plan =
        new TaskPlan(
            List.of(
                new TaskPlan.Task(
                    List.of(TaskPlan.executor("host-1", "7")),
                    List.of(TaskPlan.chunkAt(1, 1L << 40), List.of(0L, 8L, 4096L))),
                new TaskPlan.Task(List.of(), List.of())));

    assertThat(plan.toJson())
        .isEqualTo(
            "{\"tasks\":[{\"at\":[\"executor_host-1_7\"],"
                + "\"ranges\":[[1,1099511627776,1099511627777],[0,8,4096]]},"
                + "{\"at\":[],\"ranges\":[]}]}");
    assertThat(TaskPlan.parse(plan.toJson())).isEqualTo(plan);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"tasks\": null}",
        "{\"tasks\": [null]}",
        "{\"tasks\": [{}]}",
        "{\"tasks\": [{\"at\": []}]}",
        "{\"tasks\": [{\"at\": [null], \"ranges\": []}]}",
        "{\"tasks\": [{\"at\": [], \"ranges\": [[0, 1]]}]}",
        "{\"tasks\": [{\"at\": [], \"ranges\": [[0, 1, null]]}]}",
        "{\"tasks\": [{\"at\": [], \"ranges\": [[0, 1, \"x\"]]}]}",
        "{\"tasks\": []} {}",
        "{\"tasks\": [], \"more\": 1}"
      })
  void refusesWhatIsNoPlan(String json) {
    assertThatThrownBy(() -> TaskPlan.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid option tasks: expected {\"tasks\": [{\"at\": [place, ...], \"ranges\": [[file,"
                + " begin, end], ...]}, ...]}");
  }

  @Test
  void tellsSparkWhereATaskHadBetterRun() {
    ScannedFile file = new ScannedFile(new ListedFile("/w/a.safetensors", 4096, 0), List.of());
    List<String> places = List.of(TaskPlan.executor("a", "1"), TaskPlan.executor("b", "2"));
    TaskPlan plan =
        new TaskPlan(
            List.of(
                new TaskPlan.Task(places, List.of(TaskPlan.chunkAt(0, 100))),
                new TaskPlan.Task(List.of(), List.of())));

    List<SafetensorsPartition> partitions = plan.partitions(List.of(file));

    assertThat(partitions).hasSize(2);
    assertThat(partitions.get(0).preferredLocations())
        .containsExactly("executor_a_1", "executor_b_2");
    assertThat(partitions.get(0).slices()).containsExactly(new FileSlice(0, file, 100, 101));
    assertThat(partitions.get(1).preferredLocations()).isEmpty();
  }

  @Test
  void readsTheChunksThatItNamesInItsOrderAndNoOthers(SparkSession spark, @TempDir Path directory)
      throws IOException {
    Path a = WeightFiles.write(directory.resolve("a.safetensors"), 5, 3 * CHUNK_BYTES + 1, 0, 7);
    Path b = WeightFiles.write(directory.resolve("b.safetensors"), 9);
    long t1 = WeightFiles.headerBytes(a) + 5;
    long t0OfB = WeightFiles.headerBytes(b);
    TaskPlan plan =
        new TaskPlan(
            List.of(
                new TaskPlan.Task(
                    List.of(TaskPlan.executor("gone", "99")),
                    List.of(
                        TaskPlan.chunkAt(0, t1 + 3L * CHUNK_BYTES),
                        TaskPlan.chunkAt(1, t0OfB),
                        List.of(0L, t1, t1 + CHUNK_BYTES + 1))),
                new TaskPlan.Task(List.of(), List.of(TaskPlan.chunkAt(0, t1 - 5)))));

    List<String> read =
        spark
            .read()
            .format("safetensors")
            .option(
                "listing",
                new FileListing(List.of(WeightFiles.listed(a), WeightFiles.listed(b))).toJson())
            .option("tasks", plan.toJson())
            .load()
            .selectExpr("concat_ws(' ', _file_index, tensor, chunk, length(data)) AS row")
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();

    assertThat(read)
        .containsExactly("0 t1 3 1", "1 t0 0 9", "0 t1 0 1048576", "0 t1 1 1048576", "0 t0 0 5");
  }
}
