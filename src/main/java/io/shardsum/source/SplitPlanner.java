package io.shardsum.source;

import io.shardsum.io.BlockHosts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts files by byte range and packs the pieces into tasks, as Spark does for its own files: no
 * task has more than {@code splitBytes}, all cores have work, and opening a file counts as reading
 * {@code openCostBytes}. Where files must stay whole, one that is longer has a task of its own. A
 * task has files of one place only; where they may be read anywhere, those that one host holds.
 */
record SplitPlanner(long splitBytes, long openCostBytes, int parallelism, boolean wholeFiles) {

  /** The tasks, wherever the files' blocks are. */
  List<SafetensorsPartition> plan(List<ScannedFile> files) {
    return plan(files, BlockHosts.NONE);
  }

  /**
   * The tasks.
   *
   * @param blocks where bytes had better be read; a task has pieces that one host holds
   */
  List<SafetensorsPartition> plan(List<ScannedFile> files, BlockHosts blocks) {
    Map<String, List<Integer>> byPlace = new LinkedHashMap<>();
    for (int index = 0; index < files.size(); index++) {
      byPlace.computeIfAbsent(files.get(index).place(), any -> new ArrayList<>()).add(index);
    }
    int share = Math.max(1, parallelism / Math.max(1, byPlace.size()));
    List<SafetensorsPartition> partitions = new ArrayList<>();
    byPlace.forEach(
        (place, some) -> {
          long mostBytes = mostBytesOfATask(some.stream().map(files::get).toList(), share);
          List<FileSlice> slices = new ArrayList<>();
          some.forEach(index -> slices.addAll(cut(index, files.get(index), mostBytes)));
          if (place.isEmpty()) {
            byHost(slices, blocks)
                .forEach((host, held) -> partitions.addAll(packed(held, mostBytes, host)));
          } else {
            partitions.addAll(packed(slices, mostBytes, place));
          }
        });
    return partitions;
  }

  /** Of the hosts that hold a piece, it goes to the one that has the least yet. */
  private static Map<String, List<FileSlice>> byHost(List<FileSlice> slices, BlockHosts blocks) {
    Map<String, List<FileSlice>> byHost = new LinkedHashMap<>();
    Map<String, Long> bytes = new HashMap<>();
    for (FileSlice slice : slices) {
      String host =
          blocks.of(slice.file().path(), slice.beginBytes(), slice.endBytes()).stream()
              .min(Comparator.comparing(held -> bytes.getOrDefault(held, 0L)))
              .orElse("");
      bytes.merge(host, slice.lengthBytes(), Long::sum);
      byHost.computeIfAbsent(host, any -> new ArrayList<>()).add(slice);
    }
    return byHost;
  }

  private List<SafetensorsPartition> packed(List<FileSlice> slices, long mostBytes, String place) {
    List<String> places = place.isEmpty() ? List.of() : List.of(place);
    List<SafetensorsPartition> partitions = new ArrayList<>();
    List<FileSlice> open = new ArrayList<>();
    long openBytes = 0;
    for (FileSlice slice : slices) {
      if (!open.isEmpty() && openBytes + slice.lengthBytes() > mostBytes) {
        partitions.add(new SafetensorsPartition(open, places));
        open.clear();
        openBytes = 0;
      }
      open.add(slice);
      openBytes += slice.lengthBytes() + openCostBytes;
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
