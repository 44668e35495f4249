package io.shardsum.history;

import io.shardsum.scan.files.BrokenFile;
import io.shardsum.tables.GatheredScans;
import io.shardsum.tables.ScanPartition;
import io.shardsum.tables.ScanTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * Scans that cannot be read, as it turns out while their tables are read: history goes on without
 * them. Only the newest of a fleet, and those that were asked for by name, are needed.
 */
final class UnreadScans {

  private static final int MOST = 50;

  private final Map<String, Exception> faults = new LinkedHashMap<>();

  /**
   * Takes note of a scan.
   *
   * @throws E the fault, if it is not about a scan that was read until now
   */
  <E extends Exception> void add(E fault) throws E {
    Optional<String> scanId =
        fault instanceof UnreadScanException unread
            ? Optional.of(unread.scanId())
            : BrokenFile.in(fault).flatMap(BrokenFile::scanId);
    if (scanId.isEmpty() || faults.containsKey(scanId.get()) || faults.size() == MOST) {
      throw fault;
    }
    faults.put(scanId.get(), fault);
  }

  /** Those whose row in {@code scans} is what cannot be read, and gatherings. */
  Set<String> ofTheirOwnRow() {
    return faults.entrySet().stream()
        .filter(fault -> isOfScans(fault.getValue()) || GatheredScans.isGathering(fault.getKey()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static boolean isOfScans(Exception fault) {
    return BrokenFile.in(fault)
        .filter(file -> ScanPartition.isOf(ScanTable.SCANS, file.path()))
        .isPresent();
  }

  Set<String> scanIds() {
    return faults.keySet();
  }

  /**
   * The fleets without these scans.
   *
   * @throws Exception why a scan cannot be read that is the newest, or one of two that are compared
   */
  List<NumberedScans> without(List<NumberedScans> fleets, ScanRange range) throws Exception {
    List<NumberedScans> rest = new ArrayList<>();
    for (NumberedScans fleet : fleets) {
      for (PastScan scan : fleet.scans()) {
        boolean needed = scan.equals(fleet.last()) || range instanceof ScanRange.Pair;
        if (needed && faults.containsKey(scan.scanId())) {
          throw faults.get(scan.scanId());
        }
      }
      rest.add(fleet.without(scanIds()));
    }
    return rest;
  }

  /**
   * Whether what is left is as new as can be: a scan whose own row cannot be read may be the
   * newest.
   *
   * @throws Exception why it cannot be read, if its file was written after the newest of these
   *     began
   */
  void requireOlder(List<NumberedScans> fleets, Configuration hadoopConf) throws Exception {
    Instant newest =
        fleets.stream()
            .map(fleet -> fleet.last().startedAt())
            .max(Comparator.naturalOrder())
            .orElseThrow();
    for (String scanId : ofTheirOwnRow()) {
      Path file = new Path(BrokenFile.in(faults.get(scanId)).orElseThrow().path());
      FileStatus status = file.getFileSystem(hadoopConf).getFileStatus(file);
      if (Instant.ofEpochMilli(status.getModificationTime()).isAfter(newest)) {
        throw faults.get(scanId);
      }
    }
  }

  /** Those that a fleet has, and those of which nobody knows whose they are. */
  List<LeftOutScan> leftOut(List<PastScan> all, String fleet) {
    return faults.entrySet().stream()
        .filter(
            fault ->
                all.stream()
                    .filter(scan -> scan.scanId().equals(fault.getKey()))
                    .allMatch(scan -> scan.fleet().equals(fleet)))
        .map(fault -> new LeftOutScan(fault.getKey(), why(fault.getValue())))
        .toList();
  }

  private static String why(Exception fault) {
    return BrokenFile.in(fault).map(BrokenFile::message).orElseGet(fault::getMessage);
  }
}
