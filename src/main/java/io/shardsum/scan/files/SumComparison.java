package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.when;

import io.shardsum.text.ForeignText;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Holds the sums of a GPU against those that the reader computed of a sample of the chunks, and
 * ends the scan at the first difference: Spark would run the task again, perhaps elsewhere and with
 * another result, and nobody would know.
 */
public final class SumComparison extends SparkListener {

  private static final int MESSAGE_CODE_POINTS = 2_000;

  /** The message of {@link #difference}; names within it may have any characters. */
  private static final Pattern DIFFERENCE =
      Pattern.compile(
          "Cannot trust GPU .*?: expected sum -?\\d+, as the CPU has it, found (null|-?\\d+)",
          Pattern.DOTALL);

  private final SparkContext context;
  private final AtomicReference<String> first = new AtomicReference<>();

  public SumComparison(SparkContext context) {
    this.context = context;
  }

  /**
   * The chunks, once their sums were compared.
   *
   * @param chunks with the columns chunk_sum, cpu_sum (null: not in the sample), and those that
   *     tell what and where it is: file, tensor, chunk, host, executor, gpu
   * @param which of them are compared
   */
  static Dataset<Row> compared(Dataset<Row> chunks, Column which) {
    Column sum = col("chunk_sum");
    Column cpuSum = col("cpu_sum");
    Column differs = which.and(cpuSum.isNotNull()).and(not(sum.eqNullSafe(cpuSum)));
    return chunks.withColumn(
        "chunk_sum",
        when(differs, raise_error(difference()).cast(DataTypes.LongType)).otherwise(sum));
  }

  private static Column difference() {
    return concat(
        lit("Cannot trust GPU "),
        coalesce(col("gpu"), lit("of unknown address")),
        lit(" of host "),
        col("host"),
        lit(" (executor "),
        col("executor"),
        lit("): chunk "),
        col("chunk").cast(DataTypes.StringType),
        lit(" of tensor "),
        col("tensor"),
        lit(" in "),
        col("file"),
        lit(": expected sum "),
        col("cpu_sum").cast(DataTypes.StringType),
        lit(", as the CPU has it, found "),
        coalesce(col("chunk_sum").cast(DataTypes.StringType), lit("null")));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (taskEnd.reason() instanceof ExceptionFailure failure) {
      Optional<String> difference = differenceIn(failure.toErrorString());
      if (difference.isPresent() && first.compareAndSet(null, difference.get())) {
        context.cancelStage(taskEnd.stageId(), "sums differ");
      }
    }
  }

  /**
   * Ends the scan if a task found a difference.
   *
   * @throws SumsDifferException if one did
   */
  public void check() {
    if (first.get() != null) {
      throw new SumsDifferException(first.get(), null);
    }
  }

  /**
   * Ends the scan if that is why its job failed.
   *
   * @throws SumsDifferException if a task found a difference
   */
  public void check(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> difference = differenceIn(String.valueOf(cause.getMessage()));
      if (difference.isPresent()) {
        throw new SumsDifferException(difference.get(), failure);
      }
    }
    check();
  }

  private static Optional<String> differenceIn(String text) {
    Matcher matcher = DIFFERENCE.matcher(text);
    return matcher.find()
        ? Optional.of(ForeignText.shown(matcher.group(), MESSAGE_CODE_POINTS))
        : Optional.empty();
  }
}
