package io.shardsum.source;

import io.shardsum.io.ReadCounts;
import io.shardsum.io.ShardOpener;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Makes the reader of a task, on its executor.
 *
 * @param hadoopConf broadcast, since unpacking it takes as long as hashing tens of megabytes
 */
record ChunkReaderFactory(
    List<ChunkColumn> columns,
    RowUnit rows,
    OnError onError,
    ChunkSample sample,
    int readRetries,
    Broadcast<SerializableConfiguration> hadoopConf)
    implements PartitionReaderFactory {

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    ShardOpener opener = new ShardOpener(hadoopConf.value().value(), readRetries, new ReadCounts());
    return new ChunkReader(
        ((SafetensorsPartition) partition).slices(),
        columns,
        rows,
        onError,
        sample,
        opener,
        Placement.ofThisTask());
  }
}
