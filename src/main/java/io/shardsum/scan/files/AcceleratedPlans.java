package io.shardsum.scan.files;

import io.shardsum.tables.SqlStage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * On what a scan ran: {@code cpu}, unless a GPU has summed bytes; else {@code gpu}, or {@code gpu
 * (partly: what fell back)}, as the operators of its executed plans tell. Those of the RAPIDS
 * Accelerator have names that begin with Gpu.
 */
public final class AcceleratedPlans {

  /** What ran on no GPU. */
  public static final String CPU = "cpu";

  private static final String GPU_PREFIX = "Gpu";

  /**
   * Operators that do no work of a scan, or none that a GPU could take over: they read the source,
   * hand over rows of the driver, write files, copy rows to and from the GPU, or hold a plan.
   */
  private static final Set<String> NOT_COUNTED =
      Set.of(
          "BatchScan",
          "LocalTableScan",
          "Scan ExistingRDD",
          "Scan OneRowRelation",
          "Execute",
          "WriteFiles",
          "ColumnarToRow",
          "RowToColumnar",
          "WholeStageCodegen",
          "InputAdapter",
          "AQEShuffleRead",
          "ReusedExchange");

  private final Map<SqlStage, Set<String>> fellBack = new LinkedHashMap<>();
  private long bytesOnGpu;

  /** Takes note of what a stage's rows were computed by. */
  public void add(SqlStage stage, Dataset<Row> computed) {
    add(stage, ExecutedPlan.operators(computed.queryExecution().executedPlan()));
  }

  /** Takes note of bytes of tensors that GPUs have summed, as the source counts them. */
  void addBytesOnGpu(long bytes) {
    bytesOnGpu += bytes;
  }

  /** Takes note of a stage's operators. */
  void add(SqlStage stage, List<String> operators) {
    for (String operator : operators) {
      String name = shortName(operator);
      if (!name.startsWith(GPU_PREFIX) && !NOT_COUNTED.contains(name)) {
        fellBack.computeIfAbsent(stage, key -> new TreeSet<>()).add(name);
      }
    }
  }

  /** The text for the table {@code scans}. */
  public String text() {
    if (bytesOnGpu == 0) {
      return CPU;
    }
    if (fellBack.isEmpty()) {
      return "gpu";
    }
    List<String> stages = new ArrayList<>();
    fellBack.forEach((stage, names) -> stages.add(stage.word() + ": " + String.join(", ", names)));
    return stages.stream().collect(Collectors.joining("; ", "gpu (partly: ", ")"));
  }

  /** The first word, for more are of one query alone; of a scan also what it scans. */
  private static String shortName(String operator) {
    String[] words = operator.split(" ", 3);
    return words[0].equals("Scan") && words.length > 1 ? words[0] + " " + words[1] : words[0];
  }
}
