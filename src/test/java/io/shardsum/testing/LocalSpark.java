package io.shardsum.testing;

import io.shardsum.source.sums.Devices;
import io.shardsum.source.sums.FakeDevice;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands tests one Spark session with two cores, started once for the whole run. It has the settings
 * that a tiny scan gives itself, in all its sessions: making code for a few rows takes longer than
 * going through them.
 */
public final class LocalSpark implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SparkSession.class;
  }

  @Override
  public SparkSession resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(SparkSession.class, key -> start(), SparkSession.class);
  }

  private static SparkSession start() {
    SparkSession session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.codegen.wholeStage", false)
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.adaptive.enabled", false)
            .config("spark.sql.leafNodeDefaultParallelism", 1)
            .config("spark.sql.files.minPartitionNum", 1)
            // Nobody looks at thousands of past jobs; they would fill the heap.
            .config("spark.ui.liveUpdate.period", -1)
            .config("spark.ui.retainedJobs", 1)
            .config("spark.ui.retainedStages", 1)
            .config("spark.ui.retainedTasks", 1)
            .config("spark.sql.ui.retainedExecutions", 1)
            .config(
                "spark.sql.ui.explainMode", "simple") // a plan is put in words even without a UI
            .config(Devices.SETTING, FakeDevice.class.getName())
            .config("spark.sql.warehouse.dir", Path.of("target", "warehouse").toUri().toString())
            .getOrCreate();
    // Else Spark searches the stack for the place in the code, for each job and what it consists
    // of.
    session.sparkContext().setLocalProperty("callSite.short", "a test");
    session.sparkContext().setLocalProperty("callSite.long", "a test");
    return session;
  }
}
