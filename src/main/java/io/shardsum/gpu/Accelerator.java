package io.shardsum.gpu;

import io.shardsum.exit.JobFault;
import io.shardsum.source.ChunkSum;
import io.shardsum.source.RowsAside;
import io.shardsum.source.TensorChecksum;
import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;

/** What hashes: the CPU, or a GPU by the RAPIDS Accelerator, where a session runs that plugin. */
public enum Accelerator {
  CPU(ChunkSum.class.getName(), TensorChecksum.class.getName(), RowsAside.class.getName()),
  /** Its classes are named only, as they need cuDF to be loaded; they are CPU classes, too. */
  GPU(
      "io.shardsum.gpu.GpuChunkSum",
      "io.shardsum.gpu.GpuTensorChecksum",
      "io.shardsum.gpu.GpuRowsAside");

  private static final String PLUGINS = "spark.plugins";
  private static final String PLUGIN = "com.nvidia.spark.SQLPlugin";

  private final String chunkSum;
  private final String tensorChecksum;
  private final String rowsAside;

  Accelerator(String chunkSum, String tensorChecksum, String rowsAside) {
    this.chunkSum = chunkSum;
    this.tensorChecksum = tensorChecksum;
    this.rowsAside = rowsAside;
  }

  /** What a configuration of Spark asks for. */
  public static Accelerator of(SparkConf conf) {
    boolean plugin =
        Arrays.stream(conf.get(PLUGINS, "").split(",", -1))
            .map(String::trim)
            .anyMatch(PLUGIN::equals);
    return plugin ? GPU : CPU;
  }

  /**
   * Registers {@code chunk_sum} and {@code sglang_checksum} in a session.
   *
   * @throws JobFault if this jar was built without the classes for GPUs
   */
  public void registerFunctions(SparkSession session) {
    made(ChunkSum.class, chunkSum).registerIn(session);
    made(TensorChecksum.class, tensorChecksum).registerIn(session);
  }

  /**
   * The function that takes rows out of a query.
   *
   * @param aside takes the rows
   * @throws JobFault as {@link #registerFunctions}
   */
  public RowsAside rowsAside(CollectionAccumulator<String[]> aside) {
    return made(RowsAside.class, rowsAside, aside);
  }

  private static <T> T made(Class<T> type, String name, Object... arguments) {
    try {
      return type.cast(
          Class.forName(name).asSubclass(type).getConstructors()[0].newInstance(arguments));
    } catch (ClassNotFoundException e) {
      throw new JobFault(
          "Cannot hash on a GPU: spark.plugins names %s; expected a jar built with mvn -Pgpu package, found one without %s"
              .formatted(PLUGIN, name),
          e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Functions have one constructor", e);
    }
  }
}
