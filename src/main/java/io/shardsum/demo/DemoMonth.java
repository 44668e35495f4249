package io.shardsum.demo;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A month of a fleet, told by its nightly scans: two updates that all engines get, of which one
 * reaches an engine late, a bit that flips and is repaired, an engine that is away, a night without
 * a scan, and a disk that fails in the end. After the 30th night nothing more happens.
 */
public final class DemoMonth {

  /** The engine whose disk fails. */
  public static final String DAMAGED_ENGINE = DemoFleet.FLIPPED_ENGINE;

  /** The rank on it. */
  public static final int DAMAGED_RANK = DemoFleet.FLIPPED_RANK;

  /** The tensor in it. */
  public static final String DAMAGED_TENSOR = DemoFleet.FLIPPED_TENSOR;

  /** The engine that is away. */
  public static final String AWAY_ENGINE = "chat-5";

  /** The engine that an update reaches late. */
  public static final String LATE_ENGINE = "chat-4";

  private static final Instant FIRST = Instant.parse("2026-10-01T02:00:00Z");
  private static final Duration SCAN_AFTER_CHANGE = Duration.ofHours(8);
  private static final int MONTH = 30;
  private static final int SKIPPED_NIGHT = 15;

  /** Of the bit that flips: it is the highest of the exponent of an element. */
  private static final int BIT = 0x40;

  private static final int LOST_BLOCKS = 8;

  private static final Set<String> NOTHING = Set.of();
  private static final Set<String> DAMAGED =
      Set.of(
          String.join(
              " ", "DAMAGED", DAMAGED_ENGINE, String.valueOf(DAMAGED_RANK), DAMAGED_TENSOR));
  private static final Set<String> AWAY =
      Set.of(
          "DIRECTORY_MISSING %s - -".formatted(AWAY_ENGINE),
          "MISSING_RANK %s 0 -".formatted(AWAY_ENGINE),
          "MISSING_RANK %s 1 -".formatted(AWAY_ENGINE),
          "MISSING_RANK %s 2 -".formatted(AWAY_ENGINE),
          "MISSING_RANK %s 3 -".formatted(AWAY_ENGINE));
  private static final Set<String> LATE = Set.of("STALE_REVISION %s - -".formatted(LATE_ENGINE));

  private interface Change {
    void make(MonthFleet fleet, Instant at) throws IOException;
  }

  /** What happens, and what is found from then on. */
  private record Chapter(String story, Change change, Set<String> expected) {}

  private final TreeMap<Integer, Chapter> chapters = new TreeMap<>();

  /** The story. */
  public DemoMonth() {
    String damaged = DAMAGED_ENGINE + ", rank " + DAMAGED_RANK;
    tell(1, "all engines hold revision 1", update("1", DemoFleet.ENGINES), NOTHING);
    tell(6, "revision 2 reaches all engines", update("2", DemoFleet.ENGINES), NOTHING);
    tell(9, damaged + ": a bit of " + DAMAGED_TENSOR + " flips", DemoMonth::flipBit, DAMAGED);
    tell(
        12,
        damaged + ": repaired",
        (fleet, at) -> fleet.repair("2", DAMAGED_ENGINE, DAMAGED_RANK, at),
        NOTHING);
    tell(
        17,
        AWAY_ENGINE + ": its disk cannot be read",
        (fleet, at) -> fleet.remove(AWAY_ENGINE),
        AWAY);
    tell(
        21,
        AWAY_ENGINE + ": its disk is back",
        (fleet, at) -> fleet.install("2", AWAY_ENGINE, at),
        NOTHING);
    tell(
        24,
        "revision 3 reaches all engines but " + LATE_ENGINE,
        update("3", DemoFleet.ENGINES.stream().filter(e -> !e.equals(LATE_ENGINE)).toList()),
        LATE);
    tell(
        26,
        "revision 3 reaches " + LATE_ENGINE,
        (fleet, at) -> fleet.install("3", LATE_ENGINE, at),
        NOTHING);
    tell(
        28,
        damaged + ": blocks of " + DAMAGED_TENSOR + " read as zeros",
        DemoMonth::loseBlocks,
        DAMAGED);
  }

  private void tell(int night, String story, Change change, Set<String> expected) {
    chapters.put(night, new Chapter(story, change, expected));
  }

  private static Change update(String revision, List<String> engines) {
    return (fleet, at) -> {
      fleet.release(revision);
      for (String engine : engines) {
        fleet.install(revision, engine, at);
      }
    };
  }

  private static void flipBit(MonthFleet fleet, Instant at) throws IOException {
    StoredTensor tensor = fleet.tensor(DAMAGED_ENGINE, DAMAGED_RANK, DAMAGED_TENSOR);
    tensor.flip(tensor.lengthBytes() / 2 + 1, BIT);
  }

  private static void loseBlocks(MonthFleet fleet, Instant at) throws IOException {
    StoredTensor tensor = fleet.tensor(DAMAGED_ENGINE, DAMAGED_RANK, DAMAGED_TENSOR);
    tensor.clearBlocks(tensor.lengthBytes() / 2, LOST_BLOCKS);
  }

  /** The first nights, from 1. More than a month begin earlier, so that all of them are past. */
  public List<DemoNight> nights(int count) {
    Instant first = FIRST.minus(Math.max(0, count - MONTH), ChronoUnit.DAYS);
    return IntStream.rangeClosed(1, count).mapToObj(number -> night(first, number)).toList();
  }

  private DemoNight night(Instant first, int number) {
    Instant at = first.plus(number - 1L, ChronoUnit.DAYS);
    Set<String> expected = chapters.floorEntry(number).getValue().expected();
    if (number == SKIPPED_NIGHT) {
      return new DemoNight(number, at, DemoNight.Scanned.NO, Optional.empty(), NOTHING);
    }
    Optional<String> story = Optional.ofNullable(chapters.get(number)).map(Chapter::story);
    return new DemoNight(number, at, DemoNight.Scanned.YES, story, expected);
  }

  /** Makes to the fleet what happens the day before a night, in the order of the nights. */
  public void prepare(MonthFleet fleet, DemoNight night) throws IOException {
    Chapter chapter = chapters.get(night.number());
    if (chapter != null) {
      chapter.change().make(fleet, night.at().minus(SCAN_AFTER_CHANGE));
    }
  }
}
