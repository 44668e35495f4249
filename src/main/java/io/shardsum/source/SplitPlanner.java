package io.shardsum.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts files by byte range and packs the pieces into tasks, as Spark does for its own files: no
 * task has more than {@code splitBytes}, all cores have work, and opening a file counts as reading
 * {@code openCostBytes}. Where files must stay whole, one that is longer has a task of its own. A
 * task has files of one place only.
 */
record SplitPlanner(long splitBytes, long openCostBytes, int parallelism, boolean wholeFiles) {

  List<SafetensorsPartition> plan(List<ScannedFile> files) {
    Map<String, List<Integer>> byPlace = new LinkedHashMap<>();
    for (int index = 0; index < files.size(); index++) {
      byPlace.computeIfAbsent(files.get(index).place(), any -> new ArrayList<>()).add(index);
    }
    int share = Math.max(1, parallelism / Math.max(1, byPlace.size()));
    List<SafetensorsPartition> partitions = new ArrayList<>();
    byPlace.forEach((place, some) -> partitions.addAll(plan(files, some, place, share)));
    return partitions;
  }

  private List<SafetensorsPartition> plan(
      List<ScannedFile> files, List<Integer> indexes, String place, int cores) {
    List<String> places = place.isEmpty() ? List.of() : List.of(place);
    long mostBytes = mostBytesOfATask(indexes.stream().map(files::get).toList(), cores);
    List<SafetensorsPartition> partitions = new ArrayList<>();
    List<FileSlice> open = new ArrayList<>();
    long openBytes = 0;
    for (int index : indexes) {
      for (FileSlice slice : cut(index, files.get(index), mostBytes)) {
        if (!open.isEmpty() && openBytes + slice.lengthBytes() > mostBytes) {
          partitions.add(new SafetensorsPartition(open, places));
          open.clear();
          openBytes = 0;
        }
        open.add(slice);
        openBytes += slice.lengthBytes() + openCostBytes;
      }
    }
    if (!open.isEmpty()) {
      partitions.add(new SafetensorsPartition(open, places));
    }
    return partitions;
  }

  private long mostBytesOfATask(List<ScannedFile> files, int cores) {
    long bytes = files.stream().mapToLong(file -> file.lengthBytes() + openCostBytes).sum();
    return Math.max(1, Math.min(splitBytes, Math.max(openCostBytes, bytes / cores)));
  }

  /** Pieces of equal length, so that no task is left with a crumb. */
  private List<FileSlice> cut(int index, ScannedFile file, long mostBytes) {
    long length = file.lengthBytes();
    long pieces = wholeFiles ? 1 : Math.max(1, (length + mostBytes - 1) / mostBytes);
    List<FileSlice> slices = new ArrayList<>();
    long pieceBytes = Math.max(1, (length + pieces - 1) / pieces);
    for (long begin = 0; begin < length || slices.isEmpty(); begin += pieceBytes) {
      slices.add(new FileSlice(index, file, begin, Math.min(length, begin + pieceBytes)));
    }
    return slices;
  }
}
