package io.shardsum.scan.checkpoint;

import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.io.ReadSettings;
import io.shardsum.source.ReadMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** Hashes what is expected on the executors. What several ranks need is read by one task, once. */
final class RecipeHashing {
  private static final int TASKS_OF_A_CORE = 4;

  private final ReadSettings reading;
  private final JavaSparkContext spark;
  private final Broadcast<SerializableConfiguration> conf;

  RecipeHashing(SparkSession session, ReadSettings reading) {
    this.reading = reading;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
  }

  /**
   * What came out.
   *
   * @param results of each group of the expectation, a result for each recipe
   * @param isWhole whether all of the checkpoint could be read that was to be read
   * @param throughCache directories that were read through the page cache, and should not have been
   */
  record Hashed(
      List<List<HashedRecipe>> results, boolean isWhole, SortedSet<String> throughCache) {}

  /** Hashes what a model must hold. */
  Hashed hash(ExpectedModel model) {
    List<RecipeGroup> groups = model.expectation().groups();
    List<RecipeTask> tasks = tasks(model, groups);
    Broadcast<SerializableConfiguration> hadoopConf = conf;
    CollectionAccumulator<String> throughCache =
        spark.sc().collectionAccumulator(ReadMetrics.THROUGH_CACHE);
    List<Row> rows =
        tasks.isEmpty()
            ? List.of()
            : spark
                .parallelize(tasks, tasks.size())
                .flatMap(task -> task.run(hadoopConf.value().value(), throughCache).iterator())
                .collect();
    HashedRecipe[][] results =
        groups.stream()
            .map(group -> new HashedRecipe[group.recipes().size()])
            .toArray(HashedRecipe[][]::new);
    Map<String, String> elsewhere = elsewhere(model, rows);
    for (Row row : rows) {
      String notChecked = elsewhere.get(RecipeTask.host(row));
      results[row.getInt(0)][row.getInt(1)] =
          notChecked == null ? RecipeTask.result(row) : HashedRecipe.refused(notChecked);
    }
    return new Hashed(
        Arrays.stream(results).map(Arrays::asList).toList(),
        elsewhere.isEmpty() && rows.stream().noneMatch(RecipeTask::isUnread),
        new TreeSet<>(throughCache.value()));
  }

  /** Why hosts cannot say what local files of a checkpoint hold, by host. */
  private static Map<String, String> elsewhere(ExpectedModel model, List<Row> rows) {
    Map<String, String> reasons = new HashMap<>();
    if (model.isOfOneHost()) {
      rows.stream()
          .map(RecipeTask::host)
          .distinct()
          .forEach(
              host ->
                  LocalFiles.readElsewhere(host).ifPresent(reason -> reasons.put(host, reason)));
    }
    return reasons;
  }

  /** About equally long, the longest recipes first. */
  private List<RecipeTask> tasks(ExpectedModel model, List<RecipeGroup> groups) {
    int count = Math.min(groups.size(), TASKS_OF_A_CORE * spark.defaultParallelism());
    List<List<Integer>> numbers = new ArrayList<>();
    long[] bytes = new long[count];
    for (int task = 0; task < count; task++) {
      numbers.add(new ArrayList<>());
    }
    IntStream.range(0, groups.size())
        .boxed()
        .sorted(Comparator.comparing((Integer group) -> -groups.get(group).lengthBytes()))
        .forEach(
            group -> {
              int least =
                  IntStream.range(0, count)
                      .boxed()
                      .min(Comparator.comparing((Integer task) -> bytes[task]))
                      .orElseThrow();
              numbers.get(least).add(group);
              bytes[least] += groups.get(group).lengthBytes();
            });
    return numbers.stream()
        .map(
            of ->
                new RecipeTask(
                    of,
                    of.stream().map(groups::get).toList(),
                    model.checkpoint().files(),
                    model.digest(),
                    reading))
        .toList();
  }
}
