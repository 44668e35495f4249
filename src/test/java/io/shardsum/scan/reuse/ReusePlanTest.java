package io.shardsum.scan.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.checksum.Fp8Rule;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.io.ListedFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.source.sglang.ShardGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nights are planned one after the other; what a plan reads counts as read. */
class ReusePlanTest {

  private static final Instant FIRST = Instant.parse("2026-03-01T01:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private final Map<HashedFile.Key, HashedFile> hashed = new HashMap<>();

  /** Plans the reading of a night, and reads it. */
  private ReusePlan night(List<PlannedFile> fleet, int days, Instant now, String... alwaysRead) {
    ReusePlan plan = ReusePlan.of(fleet, hashed, Set.of(alwaysRead), days, now);
    read(plan.read(), now);
    return plan;
  }

  private void read(List<PlannedFile> files, Instant now) {
    for (PlannedFile file : files) {
      HashedFile.Key key = HashedFile.Key.of(file);
      hashed.put(
          key,
          new HashedFile(
              key,
              file.file().lengthBytes(),
              file.file().listed().modifiedAtMillis(),
              file.file().version(),
              ofRank(key, files).size(),
              now,
              now.toString(),
              now.toString()));
    }
  }

  private static List<PlannedFile> ofRank(HashedFile.Key key, List<PlannedFile> files) {
    return files.stream()
        .filter(
            file -> file.engine().equals(Optional.of(key.engine())) && file.rank() == key.rank())
        .toList();
  }

  private static PlannedFile file(String engine, int rank, long bytes) {
    return file(engine, rank, 0, bytes, 7, "inode 1", ShardGroup.NONE);
  }

  private static PlannedFile file(
      String engine, int rank, int part, long bytes, long time, String version, ShardGroup group) {
    String path = "/w/%s/rank-%s-part-%s".formatted(engine, rank, part);
    ListedFile listed = new ListedFile(path, bytes, time);
    return new PlannedFile(
        Optional.of(engine),
        rank,
        Digest.SGLANG,
        List.of(),
        new ShardFile(listed, ShardFile.TARGET, part, path, version),
        group);
  }

  private static List<PlannedFile> fleet(int engines, int ranks, long... bytes) {
    List<PlannedFile> files = new ArrayList<>();
    for (int engine = 0; engine < engines; engine++) {
      for (int rank = 0; rank < ranks; rank++) {
        files.add(file("e" + engine, rank, bytes[files.size() % bytes.length]));
      }
    }
    return files;
  }

  private static double part(ReusePlan plan, List<PlannedFile> fleet) {
    return (double) PlannedFile.bytes(plan.read()) / PlannedFile.bytes(fleet);
  }

  @Test
  void readsAllInTheFirstNightAndOneOfNPartsInTheSecond() {
    List<PlannedFile> fleet = fleet(6, 4, 1_000);

    assertThat(night(fleet, 14, FIRST).read()).isEqualTo(fleet);
    ReusePlan second = night(fleet, 14, FIRST.plus(DAY));

    assertThat(part(second, fleet)).isBetween(1 / 14.0, 1 / 10.0);
    assertThat(second.read().size() + second.reused().size()).isEqualTo(fleet.size());
  }

  @Test
  void takesTurnsByEngine() {
    List<PlannedFile> fleet = fleet(6, 4, 1_000);
    night(fleet, 4, FIRST);

    for (int night = 1; night <= 4; night++) {
      ReusePlan plan = night(fleet, 4, FIRST.plus(DAY.multipliedBy(night)));
      assertThat(plan.read()).hasSize(6).extracting(PlannedFile::engine).doesNotHaveDuplicates();
    }
  }

  @Test
  void rereadsEveryFileWithinNDaysWhateverSizesFilesHaveAndWhicheverNightsAreMissed() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      hashed.clear();
      int days = 1 + random.nextInt(7);
      List<PlannedFile> fleet =
          fleet(
              1 + random.nextInt(4),
              1 + random.nextInt(9),
              random.longs(7, 0, 1L << (1 + random.nextInt(40))).toArray());
      boolean missesNights = random.nextBoolean();
      for (int night = 0; night < 30; night++) {
        Instant now = FIRST.plus(DAY.multipliedBy(night)).plusSeconds(random.nextInt(3_600));
        if (missesNights && random.nextInt(3) == 0) {
          continue;
        }
        Instant oldest = now.minus(Duration.ofDays(days));
        ReusePlan plan = night(fleet, days, now);
        assertThat(PlannedFile.bytes(plan.read()) * days)
            .as("seed %s, night %s", seed, night)
            .isGreaterThanOrEqualTo(PlannedFile.bytes(fleet));
        assertThat(plan.reused())
            .as("seed %s, night %s", seed, night)
            .allMatch(of -> of.hashed().hashedAt().isAfter(oldest));
      }
    }
  }

  @Test
  void findsAFlippedBitWithinNNights() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      hashed.clear();
      List<PlannedFile> fleet = fleet(3, 4, random.longs(5, 1, 1_000_000).toArray());
      int flippedAfter = random.nextInt(25);
      long flipped = random.nextLong(PlannedFile.bytes(fleet));
      PlannedFile damaged = at(flipped, fleet);
      int found = -1;
      for (int night = 0; night < 30 && found < 0; night++) {
        ReusePlan plan = night(fleet, 5, FIRST.plus(DAY.multipliedBy(night)));
        if (night > flippedAfter && plan.read().contains(damaged)) {
          found = night;
        }
      }
      assertThat(found).as("seed %s", seed).isBetween(flippedAfter + 1, flippedAfter + 5);
    }
  }

  private static PlannedFile at(long offset, List<PlannedFile> fleet) {
    long begin = 0;
    for (PlannedFile file : fleet) {
      begin += file.file().lengthBytes();
      if (offset < begin) {
        return file;
      }
    }
    throw new AssertionError("beyond the fleet");
  }

  @Test
  void readsWhatIsNewOrChangedAndEnginesWithFindingsBesidesItsPart() {
    List<PlannedFile> fleet = new ArrayList<>(fleet(10, 10, 1_000));
    night(fleet, 14, FIRST);
    PlannedFile longer = file("e3", 1, 1_001);
    PlannedFile later = file("e3", 2, 0, 1_000, 8, "inode 1", ShardGroup.NONE);
    PlannedFile replaced = file("e3", 3, 0, 1_000, 7, "inode 2", ShardGroup.NONE);
    PlannedFile unknown = file("e3", 4, 0, 1_000, 7, "", ShardGroup.NONE);
    PlannedFile added = file("e10", 0, 1_000);
    fleet.set(31, longer);
    fleet.set(32, later);
    fleet.set(33, replaced);
    fleet.set(34, unknown);
    fleet.add(added);

    ReusePlan plan = night(fleet, 14, FIRST.plus(DAY), "e7");

    Set<PlannedFile> always = new HashSet<>(List.of(longer, later, replaced, unknown, added));
    always.addAll(fleet.subList(70, 80));
    assertThat(plan.read()).containsAll(always);
    assertThat(plan.read()).hasSize(always.size() + 8);
  }

  @Test
  void reusesFilesThatDependOnEachOtherTogether() {
    ListedFile one = new ListedFile("/w/a/rank-0-part-0", 500, 7);
    ListedFile two = new ListedFile("/w/a/rank-0-part-1", 500, 7);
    ShardGroup group = new ShardGroup(Fp8Rule.DEQUANTIZED, List.of(), List.of(one, two));
    PlannedFile first = file("a", 0, 0, 500, 7, "inode 1", group);
    PlannedFile second = file("a", 0, 1, 500, 7, "inode 2", group);
    List<PlannedFile> others = fleet(1, 40, 100);
    night(with(others, first, second), 14, FIRST);

    assertThat(night(with(others, first, second), 14, FIRST.plus(DAY)).read())
        .hasSize(4)
        .doesNotContain(first, second);
    PlannedFile changed = file("a", 0, 1, 500, 9, "inode 2", group);
    assertThat(night(with(others, first, changed), 14, FIRST.plus(DAY.multipliedBy(2))).read())
        .contains(first, changed);
    assertThat(night(with(others, first), 14, FIRST.plus(DAY.multipliedBy(3))).read())
        .contains(first);
  }

  private static List<PlannedFile> with(List<PlannedFile> others, PlannedFile... files) {
    return Stream.concat(others.stream(), Stream.of(files)).toList();
  }

  @Test
  void reusesNothingOfScansToCome() {
    List<PlannedFile> fleet = fleet(2, 2, 1_000);
    night(fleet, 14, FIRST.plus(DAY));

    assertThat(night(fleet, 14, FIRST).reused()).isEmpty();
  }

  @Test
  void roundsUpByNoMoreThanTheSmallestUnitThatSuffices() {
    List<PlannedFile> fleet = fleet(1, 8, 10_000, 100, 100, 100, 3_000, 100, 100, 100);
    night(fleet, 14, FIRST);

    ReusePlan plan = night(fleet, 14, FIRST.plus(DAY));

    assertThat(bytes(plan)).containsExactlyInAnyOrder(100L, 100L, 100L, 100L, 100L, 100L, 3_000L);
  }

  private static List<Long> bytes(ReusePlan plan) {
    return plan.read().stream().map(file -> file.file().lengthBytes()).toList();
  }

  @Test
  void readsMoreWhereItIsAsked() {
    List<PlannedFile> fleet = fleet(2, 2, 1_000);
    night(fleet, 14, FIRST);
    ReusePlan plan = night(fleet, 14, FIRST.plus(DAY));

    ReusePlan.Reused more = plan.reused().get(0);
    ReusePlan then = plan.reading(Set.of(more));

    assertThat(then.read()).contains(more.file());
    assertThat(then.reused()).doesNotContain(more).hasSize(plan.reused().size() - 1);
  }
}
