package io.shardsum.tables;

import java.io.IOException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What finished scans have, of what a gathering has its share. */
public final class StoredSizes {

  private final Map<ScanTable, Map<ScanPartition, DirectorySize>> sizes =
      new EnumMap<>(ScanTable.class);
  private final GatheredScans gathered;

  /** Lists the files of all tables. */
  StoredSizes(Path out, FileSystem fileSystem, GatheredScans gathered) throws IOException {
    this.gathered = gathered;
    for (ScanTable table : StoredScans.ORDER_OF_REMOVAL) {
      Map<ScanPartition, DirectorySize> ofTable = new HashMap<>();
      for (FileStatus file : FilesBelow.of(new Path(out, table.tableName()), fileSystem)) {
        ScanPartition.at(file.getPath())
            .ifPresent(
                scan -> ofTable.merge(scan, DirectorySize.ofFile(file), DirectorySize::plus));
      }
      sizes.put(table, ofTable);
    }
  }

  /** That of a scan. */
  public StoredScan scan(LocalDate date, String scanId) {
    ScanPartition partition = ScanPartition.of(date, scanId);
    DirectorySize tensors = of(ScanTable.TENSORS, partition);
    Optional<String> gathering = gathered.gathering(scanId);
    long share =
        gathering
            .map(name -> bytes(GatheredScans.place(name)) / gathered.sizes().get(name))
            .orElse(0L);
    return new StoredScan(
        partition, tensors.rows(), tensors.bytes(), bytes(partition) - tensors.bytes() + share);
  }

  private long bytes(ScanPartition partition) {
    return sizes.keySet().stream().mapToLong(table -> of(table, partition).bytes()).sum();
  }

  private DirectorySize of(ScanTable table, ScanPartition partition) {
    return sizes.get(table).getOrDefault(partition, DirectorySize.NONE);
  }
}
