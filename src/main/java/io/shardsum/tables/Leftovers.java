package io.shardsum.tables;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds what scans that did not end have left: their partitions of tables, and their canaries. */
final class Leftovers {

  private final Path out;
  private final FileSystem fileSystem;

  Leftovers(Path out, FileSystem fileSystem) {
    this.out = out;
    this.fileSystem = fileSystem;
  }

  /** Those of scans that have neither begun nor written anything since then. */
  List<Leftover> of(Instant before, GatheredScans gathered) throws IOException {
    List<Leftover> leftovers = new ArrayList<>();
    for (Map.Entry<String, List<Path>> unfinished : unfinished(before, gathered).entrySet()) {
      add(unfinished.getKey(), unfinished.getValue(), before, leftovers);
    }
    for (FileStatus directory : StoredScans.list(out, fileSystem)) {
      String name = directory.getPath().getName();
      if (directory.isDirectory() && name.startsWith(ScanTables.CANARIES)) {
        add(name, List.of(directory.getPath()), before, leftovers);
      }
    }
    return leftovers;
  }

  private void add(String name, List<Path> directories, Instant before, List<Leftover> leftovers)
      throws IOException {
    DirectorySize size = DirectorySize.NONE;
    for (Path directory : directories) {
      size = size.plus(DirectorySize.of(directory, fileSystem));
    }
    if (size.writtenAtMillis() < before.toEpochMilli()) {
      leftovers.add(new Leftover(name, directories, size.bytes()));
    }
  }

  /** By partition: its directories in all tables, where that in the table of scans has no file. */
  private Map<String, List<Path>> unfinished(Instant before, GatheredScans gathered)
      throws IOException {
    Map<ScanPartition, List<Path>> directories = new LinkedHashMap<>();
    String lastDay = ScanId.dateOf(before).toString();
    for (ScanTable table : StoredScans.ORDER_OF_REMOVAL) {
      for (FileStatus date : StoredScans.list(new Path(out, table.tableName()), fileSystem)) {
        if (ScanPartition.isDay(date.getPath())) {
          for (FileStatus scan : StoredScans.list(date.getPath(), fileSystem)) {
            if (scan.isDirectory()) {
              ScanPartition.at(scan.getPath())
                  .filter(partition -> partition.date().compareTo(lastDay) <= 0)
                  .ifPresent(
                      partition ->
                          directories
                              .computeIfAbsent(partition, any -> new ArrayList<>())
                              .add(scan.getPath()));
            }
          }
        }
      }
    }
    Set<ScanPartition> finished = finished();
    Map<String, List<Path>> unfinished = new TreeMap<>();
    for (Map.Entry<ScanPartition, List<Path>> scan : directories.entrySet()) {
      boolean isGathered = gathered.gathering(scan.getKey().scanId()).isPresent();
      if (!isGathered && !finished.contains(scan.getKey())) {
        unfinished.put(scan.getKey().toString(), scan.getValue());
      }
    }
    return unfinished;
  }

  private Set<ScanPartition> finished() throws IOException {
    Set<ScanPartition> finished = new HashSet<>();
    for (FileStatus of : FilesBelow.of(new Path(out, ScanTable.SCANS.tableName()), fileSystem)) {
      Path file = of.getPath();
      if (file.getName().endsWith(".parquet")
          && ScanPartition.isDay(file.getParent().getParent())) {
        ScanPartition.at(file).ifPresent(finished::add);
      }
    }
    return finished;
  }
}
