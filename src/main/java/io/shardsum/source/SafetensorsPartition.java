package io.shardsum.source;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * What one task reads.
 *
 * @param slices ranges of files, in the order in which they are read
 */
record SafetensorsPartition(List<FileSlice> slices) implements InputPartition {

  SafetensorsPartition {
    slices = List.copyOf(slices);
  }
}
