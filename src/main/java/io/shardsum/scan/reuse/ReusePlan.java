package io.shardsum.scan.reuse;

import io.shardsum.scan.plan.PlannedFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which files of a fleet are read, and of which the digests of an earlier scan are reused.
 *
 * <p>What is read or reused at once is a {@linkplain Unit unit}: a file, or all files of a rank and
 * role where the digests of one follow from the others, too. Ranks can be huge, and what a night
 * reads is never rounded up by more than a unit.
 *
 * <p>Of what could be reused, a scan reads at least one of so many parts of all bytes as digests
 * may have days, the oldest first, so that all of it is read again in time if there is a scan each
 * day. What would be too old by the next one is read in any case.
 *
 * @param read in the order of the fleet
 * @param reused the others
 */
record ReusePlan(List<PlannedFile> read, List<Reused> reused) {

  /** A file, and what an earlier scan has of it. */
  record Reused(PlannedFile file, HashedFile hashed) {}

  /** Scans do not begin at exactly the same time of each day. */
  private static final Duration HALF_A_DAY = Duration.ofHours(12);

  /** Copies the lists. */
  ReusePlan {
    read = List.copyOf(read);
    reused = List.copyOf(reused);
  }

  /** A scan that reads all of its files. */
  static ReusePlan readingAll(List<PlannedFile> files) {
    return new ReusePlan(files, List.of());
  }

  /**
   * Plans.
   *
   * @param files of the fleet
   * @param hashed what earlier scans have, of files that may have changed since
   * @param alwaysRead engines of which nothing is reused
   * @param days no digest becomes older than this
   * @param now when this scan began
   */
  static ReusePlan of(
      List<PlannedFile> files,
      Map<HashedFile.Key, HashedFile> hashed,
      Set<String> alwaysRead,
      int days,
      Instant now) {
    List<Unit> reusable = new ArrayList<>();
    for (List<PlannedFile> unit : units(files)) {
      if (!alwaysRead.contains(unit.get(0).engine().orElseThrow())) {
        Unit.of(unit, hashed).filter(of -> !of.hashedAt().isAfter(now)).ifPresent(reusable::add);
      }
    }
    Instant due = now.minus(Duration.ofDays(days)).plus(HALF_A_DAY);
    long leastBytes = (PlannedFile.bytes(files) + days - 1) / days;
    Set<Unit> again = Collections.newSetFromMap(new IdentityHashMap<>());
    again.addAll(readAgain(reusable, leastBytes, due));
    reusable.removeIf(again::contains);
    return readingAll(files).reusing(reusable.stream().flatMap(of -> of.files().stream()).toList());
  }

  private ReusePlan reusing(List<Reused> some) {
    Set<HashedFile.Key> keys = new HashSet<>();
    some.forEach(of -> keys.add(of.hashed().key()));
    return new ReusePlan(
        read.stream().filter(file -> !keys.contains(HashedFile.Key.of(file))).toList(), some);
  }

  /** This plan, with some files read that it would have reused. */
  ReusePlan reading(Set<Reused> more) {
    return new ReusePlan(
        Stream.concat(read.stream(), more.stream().map(Reused::file)).toList(),
        reused.stream().filter(of -> !more.contains(of)).toList());
  }

  /** In the order of the fleet. */
  private static List<List<PlannedFile>> units(List<PlannedFile> files) {
    Map<Object, List<PlannedFile>> units = new LinkedHashMap<>();
    for (PlannedFile file : files) {
      HashedFile.Key key = HashedFile.Key.of(file);
      Object unit = file.group().isNone() ? key : List.of(key.engine(), key.rank(), key.role());
      units.computeIfAbsent(unit, any -> new ArrayList<>()).add(file);
    }
    return List.copyOf(units.values());
  }

  /** What is read at once and can be reused. */
  private record Unit(List<Reused> files) {

    /** Empty where not all of it is as one scan has read it. */
    static Optional<Unit> of(List<PlannedFile> files, Map<HashedFile.Key, HashedFile> hashed) {
      List<Reused> known = new ArrayList<>();
      for (PlannedFile file : files) {
        HashedFile of = hashed.get(HashedFile.Key.of(file));
        if (of == null || !of.isStill(file)) {
          return Optional.empty();
        }
        known.add(new Reused(file, of));
      }
      HashedFile first = known.get(0).hashed();
      boolean together =
          files.get(0).group().isNone()
              || known.stream()
                  .map(Reused::hashed)
                  .allMatch(of -> of.files() == files.size() && of.scanId().equals(first.scanId()));
      return together ? Optional.of(new Unit(known)) : Optional.empty();
    }

    /** The engine, and of one over several hosts which of them. */
    String disk() {
      PlannedFile first = files.get(0).file();
      return first.file().listed().host().orElse("") + " " + first.engine().orElseThrow();
    }

    Instant hashedAt() {
      return files.get(0).hashed().hashedAt();
    }

    long bytes() {
      return files.stream().mapToLong(of -> of.hashed().lengthBytes()).sum();
    }
  }

  private static List<Unit> readAgain(List<Unit> reusable, long leastBytes, Instant due) {
    List<Unit> again = new ArrayList<>();
    long missing = leastBytes;
    for (List<Unit> equallyOld : oldestFirst(reusable)) {
      List<Unit> chosen =
          equallyOld.get(0).hashedAt().isAfter(due) ? chosen(equallyOld, missing) : equallyOld;
      again.addAll(chosen);
      missing -= chosen.stream().mapToLong(Unit::bytes).sum();
    }
    return again;
  }

  /**
   * Units of one age that have as many bytes as are missing. What is larger comes last, and of that
   * the smallest, since it is more than is missing.
   */
  private static List<Unit> chosen(List<Unit> equallyOld, long bytes) {
    List<Unit> chosen = new ArrayList<>();
    List<Unit> larger = new ArrayList<>();
    long missing = bytes;
    for (Unit unit : equallyOld) {
      if (missing <= 0) {
        return chosen;
      }
      if (unit.bytes() <= missing) {
        chosen.add(unit);
        missing -= unit.bytes();
      } else {
        larger.add(unit);
      }
    }
    if (missing > 0) {
      larger.stream().min(Comparator.comparingLong(Unit::bytes)).ifPresent(chosen::add);
    }
    return chosen;
  }

  /**
   * By age. Those of one age take turns by engine and host, so that each night's reading is spread
   * over disks.
   */
  private static List<List<Unit>> oldestFirst(List<Unit> units) {
    Map<String, Integer> ofDisk = new HashMap<>();
    Map<Instant, Map<Integer, List<Unit>>> byAge = new TreeMap<>();
    for (Unit unit : units) {
      int turn = ofDisk.merge(unit.disk(), 1, Integer::sum);
      byAge
          .computeIfAbsent(unit.hashedAt(), any -> new TreeMap<>())
          .computeIfAbsent(turn, any -> new ArrayList<>())
          .add(unit);
    }
    return byAge.values().stream()
        .map(turns -> turns.values().stream().flatMap(List::stream).toList())
        .toList();
  }
}
