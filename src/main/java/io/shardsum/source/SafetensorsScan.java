package io.shardsum.source;

import io.shardsum.io.BlockHosts;
import io.shardsum.source.sums.Devices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** One query's read: lists the files on the driver, once, and cuts them into tasks. */
final class SafetensorsScan implements Scan, Batch {

  private final ReadOptions options;
  private final List<ChunkColumn> columns;
  private InputPartition[] partitions;

  SafetensorsScan(ReadOptions options, List<ChunkColumn> columns) {
    this.options = options;
    this.columns = List.copyOf(columns);
  }

  @Override
  public StructType readSchema() {
    return ChunkColumn.schema(columns);
  }

  @Override
  public String description() {
    return "safetensors %s [%s]"
        .formatted(
            options.listing().isPresent()
                ? options.listing().get().files().size() + " listed files"
                : String.join(", ", options.paths()),
            columns.stream().map(ChunkColumn::columnName).collect(Collectors.joining(", ")));
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    if (partitions == null && options.tasks().isPresent()) {
      partitions = options.tasks().get().partitions(files()).toArray(InputPartition[]::new);
    }
    if (partitions == null) {
      SparkSession session = SparkSession.active();
      SplitPlanner planner =
          new SplitPlanner(
              options
                  .splitBytes()
                  .orElseGet(() -> sessionBytes(session, "spark.sql.files.maxPartitionBytes")),
              options
                  .openCostBytes()
                  .orElseGet(() -> sessionBytes(session, "spark.sql.files.openCostInBytes")),
              session.sparkContext().defaultParallelism(),
              options.rows() == RowUnit.TENSOR || columns.contains(ChunkColumn.FILE_SHA256));
      List<ScannedFile> files = files();
      BlockHosts blocks =
          BlockHosts.of(files.stream().map(ScannedFile::path).toList(), hadoopConf());
      partitions = planner.plan(files, blocks).toArray(InputPartition[]::new);
    }
    return partitions;
  }

  private List<ScannedFile> files() {
    if (options.listing().isPresent()) {
      return options.listing().get().files();
    }
    try {
      return new FileLister(hadoopConf(), options.recursive()).list(options.paths());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    SparkContext spark = SparkSession.active().sparkContext();
    return new ChunkReaderFactory(
        columns,
        options.rows(),
        options.onError(),
        device().isEmpty() ? ChunkSample.NONE : options.checked(),
        options.reading(),
        device(),
        spark.collectionAccumulator(ReadMetrics.THROUGH_CACHE),
        JavaSparkContext.fromSparkContext(spark)
            .broadcast(new SerializableConfiguration(hadoopConf())));
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return new CustomMetric[] {
      new ReadMetrics.BytesRead(),
      new ReadMetrics.FilesOpened(),
      new ReadMetrics.HeadersReadAgain(),
      new ReadMetrics.HashedOnGpu()
    };
  }

  /** The class of what sums; empty: the CPU, which also reads where there is nothing to sum. */
  private String device() {
    return options.sumsOnGpu() && columns.stream().anyMatch(ChunkColumn::isSum)
        ? SparkSession.active().sparkContext().getConf().get(Devices.SETTING, Devices.CUDF)
        : "";
  }

  private static Configuration hadoopConf() {
    return SparkSession.active().sparkContext().hadoopConfiguration();
  }

  private static long sessionBytes(SparkSession session, String key) {
    return JavaUtils.byteStringAsBytes(session.conf().get(key));
  }
}
