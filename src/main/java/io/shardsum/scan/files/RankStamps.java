package io.shardsum.scan.files;

import io.shardsum.fleet.ShardFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.tables.LandedWave;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What stands for all files of a rank as they were listed: their hosts, paths, lengths and times,
 * and on local disks their inodes. Another file, or one less, is another stamp.
 */
final class RankStamps {

  private static final int DIGITS = 32;

  private final Map<RankOfEngine, List<PlannedFile>> files = new LinkedHashMap<>();
  private final Map<RankOfEngine, String> stamps = new HashMap<>();

  /**
   * Of a scan.
   *
   * @param planned all of its files
   */
  RankStamps(List<PlannedFile> planned) {
    for (PlannedFile file : planned) {
      files.computeIfAbsent(rank(file), any -> new ArrayList<>()).add(file);
    }
    files.forEach((rank, some) -> stamps.put(rank, stamp(some)));
  }

  static RankOfEngine rank(PlannedFile file) {
    return new RankOfEngine(file.engine().orElseThrow(), file.rank());
  }

  private static String stamp(List<PlannedFile> files) {
    String text = files.stream().map(RankStamps::text).sorted().collect(Collectors.joining("\n"));
    return DigestUtils.sha256Hex(text).substring(0, DIGITS);
  }

  private static String text(PlannedFile planned) {
    ShardFile file = planned.file();
    return "%s %s %s %s %s %s %s"
        .formatted(
            file.listed().host().orElse(""),
            file.role(),
            file.part(),
            file.lengthBytes(),
            file.listed().modifiedAtMillis(),
            file.identity(),
            file.path());
  }

  /** How many ranks there are. */
  int size() {
    return files.size();
  }

  /** Whether the files of a rank are what they were when a wave read some of them. */
  boolean isSame(LandedWave.RankPart part) {
    return part.stamp().equals(stamps.get(new RankOfEngine(part.engine(), part.rank())));
  }

  /** Files as a wave lists them. */
  List<LandedWave.RankPart> parts(List<PlannedFile> ofWave) {
    Map<RankOfEngine, List<PlannedFile>> ranks =
        ofWave.stream()
            .collect(
                Collectors.groupingBy(RankStamps::rank, LinkedHashMap::new, Collectors.toList()));
    List<LandedWave.RankPart> parts = new ArrayList<>();
    ranks.forEach(
        (rank, some) ->
            parts.add(
                new LandedWave.RankPart(
                    rank.engine(),
                    rank.rank(),
                    stamps.get(rank),
                    PlannedFile.bytes(some),
                    some.size() == files.get(rank).size()
                        ? List.of()
                        : some.stream().map(file -> file.file().path()).toList())));
    return parts;
  }
}
