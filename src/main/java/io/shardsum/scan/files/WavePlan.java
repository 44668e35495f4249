package io.shardsum.scan.files;

import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Which files are read in which wave. A rank is in one wave, unless it is larger than that: then
 * its files are in several. What is read of a file does not depend on that, as it names the other
 * files of its group.
 *
 * <p>A wave is a 32nd of all bytes. Two waves are read at a time, so a crash loses at most a 16th.
 * But it is no smaller than what keeps all cores busy for some seconds, so a small scan has one.
 * Ranks of one number follow each other: a wave reads from many engines, and so from many disks.
 * Where hosts read their own disks, a wave has the same share of each host's files, so that none
 * waits for the others.
 */
public final class WavePlan {

  /** How many waves there are, where all is large. */
  private static final int WAVES = 32;

  /** What a core hashes in some seconds: planning and committing a wave takes a part of one. */
  private static final long LEAST_BYTES_OF_A_CORE = 4L << 30;

  private final RankStamps stamps;
  private final long leastBytes;

  /** Of all files of a scan, by the settings of a session. */
  public WavePlan(List<PlannedFile> all, SparkSession session) {
    this(all, leastBytes(session));
  }

  /**
   * Of all files of a scan.
   *
   * @param leastBytes of a wave
   */
  WavePlan(List<PlannedFile> all, long leastBytes) {
    this.stamps = new RankStamps(all);
    this.leastBytes = leastBytes;
  }

  private static long leastBytes(SparkSession session) {
    long ofCores = LEAST_BYTES_OF_A_CORE * session.sparkContext().defaultParallelism();
    return ScanSettings.bytes(
        ScanSettings.WAVE_BYTES,
        session.conf().get(ScanSettings.WAVE_BYTES, Long.toString(ofCores)));
  }

  RankStamps stamps() {
    return stamps;
  }

  /** The files of each wave, of those that are to be read; one wave, where there is none. */
  List<List<PlannedFile>> waves(List<PlannedFile> files) {
    long bytes = PlannedFile.bytes(files);
    return bytes <= leastBytes ? List.of(files) : waves(files, Math.max(leastBytes, bytes / WAVES));
  }

  private static List<List<PlannedFile>> waves(List<PlannedFile> files, long bytes) {
    List<List<PlannedFile>> waves = new ArrayList<>();
    List<PlannedFile> wave = new ArrayList<>();
    long inWave = 0;
    for (List<PlannedFile> unit : units(files, bytes)) {
      wave.addAll(unit);
      inWave += PlannedFile.bytes(unit);
      if (inWave >= bytes) {
        waves.add(wave);
        wave = new ArrayList<>();
        inWave = 0;
      }
    }
    if (!waves.isEmpty() && inWave < bytes / 2) {
      waves.get(waves.size() - 1).addAll(wave);
    } else {
      waves.add(wave);
    }
    return waves;
  }

  /** What is in one wave: a rank, or a file of a large one, or of one on the disk of a host. */
  private static List<List<PlannedFile>> units(List<PlannedFile> files, long bytes) {
    Map<Object, List<PlannedFile>> ranks = new LinkedHashMap<>();
    for (PlannedFile file : files) {
      ranks.computeIfAbsent(RankStamps.rank(file), any -> new ArrayList<>()).add(file);
    }
    List<List<PlannedFile>> units = new ArrayList<>();
    ranks.values().stream()
        .sorted(Comparator.comparing(rank -> rank.get(0).rank()))
        .forEach(
            rank -> {
              if (PlannedFile.bytes(rank) <= bytes && rank.get(0).place().isEmpty()) {
                units.add(rank);
              } else {
                rank.forEach(file -> units.add(List.of(file)));
              }
            });
    return files.stream().allMatch(file -> file.place().isEmpty()) ? units : inStep(units);
  }

  /** By how much of a host's bytes comes before: all hosts are as far at any time. */
  private static List<List<PlannedFile>> inStep(List<List<PlannedFile>> units) {
    Map<String, Long> ofPlace = new HashMap<>();
    units.forEach(unit -> ofPlace.merge(place(unit), PlannedFile.bytes(unit), Long::sum));
    Map<String, Long> before = new HashMap<>();
    record Positioned(double position, List<PlannedFile> unit) {}
    return units.stream()
        .map(
            unit -> {
              long bytes = PlannedFile.bytes(unit);
              long begin = before.merge(place(unit), bytes, Long::sum) - bytes;
              return new Positioned(begin / Math.max(1.0, ofPlace.get(place(unit))), unit);
            })
        .sorted(Comparator.comparing(Positioned::position))
        .map(Positioned::unit)
        .toList();
  }

  private static String place(List<PlannedFile> unit) {
    return unit.get(0).place();
  }
}
