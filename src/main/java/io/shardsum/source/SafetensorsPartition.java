package io.shardsum.source;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * What one task reads.
 *
 * @param slices ranges of files, in the order in which they are read
 * @param places where it had better be read, as Spark names places; none: anywhere
 */
record SafetensorsPartition(List<FileSlice> slices, List<String> places) implements InputPartition {

  SafetensorsPartition {
    slices = List.copyOf(slices);
    places = List.copyOf(places);
  }

  SafetensorsPartition(List<FileSlice> slices) {
    this(slices, List.of());
  }

  @Override
  public String[] preferredLocations() {
    return places.toArray(String[]::new);
  }
}
