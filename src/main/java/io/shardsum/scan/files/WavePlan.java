package io.shardsum.scan.files;

import io.shardsum.io.ReadSettings;
import io.shardsum.scan.plan.PlannedFile;
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
 * But it is no smaller than what is read in some seconds, since it costs about one to plan and to
 * land it: see {@link WaveQueue}. Ranks of one number follow each other: a wave reads from many
 * engines, and so from many disks. Where hosts read their own disks, a wave has the same share of
 * each host's files, so that none waits for the others.
 */
public final class WavePlan {

  /** How many waves there are, where all is large. */
  private static final int WAVES = 32;

  private final RankStamps stamps;
  private final WavePace pace;

  /** Of all files of a scan, by the settings of a session. */
  public WavePlan(List<PlannedFile> all, ReadSettings reading, SparkSession session) {
    this(all, WavePace.of(reading, session));
  }

  /** Of all files of a scan. */
  WavePlan(List<PlannedFile> all, WavePace pace) {
    this.stamps = new RankStamps(all);
    this.pace = pace;
  }

  RankStamps stamps() {
    return stamps;
  }

  /** The waves of those files that are to be read; one wave, where there is none. */
  WaveQueue waves(List<PlannedFile> files) {
    return new WaveQueue(units(files), PlannedFile.bytes(files) / WAVES, pace);
  }

  /** What is in one wave, if that is large enough: a rank, or a file on the disk of a host. */
  private static List<List<PlannedFile>> units(List<PlannedFile> files) {
    Map<Object, List<PlannedFile>> ranks = new LinkedHashMap<>();
    for (PlannedFile file : files) {
      ranks.computeIfAbsent(RankStamps.rank(file), any -> new ArrayList<>()).add(file);
    }
    List<List<PlannedFile>> units = new ArrayList<>();
    ranks.values().stream()
        .sorted(Comparator.comparing(rank -> rank.get(0).rank()))
        .forEach(
            rank -> {
              if (rank.get(0).place().isEmpty()) {
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
