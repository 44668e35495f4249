package io.shardsum.tables;

import io.shardsum.io.ObjectStore;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetOptions;
import org.apache.spark.sql.execution.datasources.parquet.ParquetUtils;
import org.apache.spark.sql.internal.SQLConf;

/**
 * A few rows, which the driver writes into one Parquet file: a job of Spark's would first write
 * them elsewhere and then move them, by 60 requests to an object store. Nobody sees half of it.
 */
final class DriverFile {

  private DriverFile() {}

  /**
   * Writes a file.
   *
   * @param directory is made where it is not there
   * @throws IOException if the file system does not let it
   */
  static void write(Path directory, Dataset<Row> rows) throws IOException {
    InternalRow[] collected = rows.queryExecution().executedPlan().executeCollect();
    SparkSession session = (SparkSession) rows.sparkSession();
    SQLConf conf = session.sessionState().conf();
    Job job = Job.getInstance(session.sessionState().newHadoopConf());
    OutputWriterFactory files =
        ParquetUtils.prepareWrite(
            conf, job, rows.schema(), new ParquetOptions(session.conf().getAll(), conf));
    TaskAttemptContextImpl context =
        new TaskAttemptContextImpl(job.getConfiguration(), new TaskAttemptID());
    String name = "part-00000-" + UUID.randomUUID() + files.getFileExtension(context);
    FileSystem fileSystem = directory.getFileSystem(job.getConfiguration());
    Path file = new Path(directory, name);
    if (ObjectStore.holds(directory)) {
      write(file, collected, files, rows, context);
      return;
    }
    Path hidden = new Path(directory, "_" + name);
    write(hidden, collected, files, rows, context);
    if (!fileSystem.rename(hidden, file)) {
      throw new IOException("cannot rename " + hidden);
    }
  }

  private static void write(
      Path file,
      InternalRow[] collected,
      OutputWriterFactory files,
      Dataset<Row> rows,
      TaskAttemptContextImpl context) {
    OutputWriter writer = files.newInstance(file.toString(), rows.schema(), context);
    try {
      for (InternalRow row : collected) {
        writer.write(row);
      }
    } finally {
      writer.close();
    }
  }
}
