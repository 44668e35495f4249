package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class JobNamesTest {

  /** What Spark's page of jobs would show. */
  private static final class Descriptions extends SparkListener {
    private final Set<String> all = new ConcurrentSkipListSet<>();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      String description = start.properties().getProperty("spark.job.description");
      if (description != null) {
        all.add(description);
      }
    }
  }

  @Test
  void sayWhatAScanDoes(SparkSession spark, @TempDir Path root) throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    fleet.engine("a").engine("b").engine("c");
    SmallFleet.flipBit(fleet.shard("b", 0, 0), "model.layers.0.mlp.down_proj.weight");
    Descriptions descriptions = new Descriptions();
    spark.sparkContext().addSparkListener(descriptions);

    Landed.of(spark, fleet.inventory(), root.resolve("tables"));
    spark.sparkContext().listenerBus().waitUntilEmpty();
    spark.sparkContext().removeSparkListener(descriptions);

    assertThat(descriptions.all)
        .contains(
            "hash 3 files",
            "merge tensors into ranks, and ranks into engines",
            "judge files",
            "read again: 1 suspect tensor");
    assertThat(spark.sparkContext().getLocalProperty("spark.job.description")).isNull();
  }
}
