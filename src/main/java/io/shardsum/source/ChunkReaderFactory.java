package io.shardsum.source;

import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.ShardOpener;
import io.shardsum.io.ThisHost;
import io.shardsum.source.sums.CpuSums;
import io.shardsum.source.sums.DeviceSums;
import io.shardsum.source.sums.Devices;
import io.shardsum.source.sums.PieceSums;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Makes the reader of a task, on its executor.
 *
 * @param checked the chunks whose sums the CPU must have, too
 * @param device the class of the {@link io.shardsum.source.sums.Device} that sums; empty: the CPU
 * @param throughCache takes directories that are read through the page cache, and should not be
 * @param hadoopConf broadcast, since unpacking it takes as long as hashing tens of megabytes
 */
record ChunkReaderFactory(
    List<ChunkColumn> columns,
    RowUnit rows,
    OnError onError,
    ChunkSample checked,
    ReadSettings reading,
    String device,
    CollectionAccumulator<String> throughCache,
    Broadcast<SerializableConfiguration> hadoopConf)
    implements PartitionReaderFactory {

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    Placement placement = Placement.ofThisTask();
    ReadCounts counts = new ReadCounts();
    ShardOpener opener =
        new ShardOpener(
            hadoopConf.value().value(),
            reading,
            counts,
            ThisHost.of(Optional.of(placement.host().toString())));
    TaskContext.get()
        .addTaskCompletionListener(
            (TaskCompletionListener)
                end -> counts.directoriesThroughCache().forEach(throughCache::add));
    return new ChunkReader(
        ((SafetensorsPartition) partition).slices(),
        columns,
        rows,
        onError,
        checked,
        opener,
        sums(),
        placement);
  }

  private PieceSums sums() {
    return device.isEmpty() ? new CpuSums() : new DeviceSums(Devices.open(device));
  }
}
