package io.shardsum.scan.files;

import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.text.NumberWords;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The files that no wave has yet. Each wave is cut off when its reading begins, by any thread. */
final class WaveQueue {

  /**
   * What is read together.
   *
   * @param number from 1
   * @param last whether no other begins after it
   */
  record Wave(int number, boolean last, List<PlannedFile> files) {

    /** What Spark's page calls it. */
    String description() {
      String hash = "hash " + NumberWords.count(files.size(), "file");
      return number == 1 && last ? hash : hash + " (wave " + number + ")";
    }
  }

  private final Deque<List<PlannedFile>> units;
  private final long usualBytes;
  private final WavePace pace;
  private final LongSupplier nanoTime;
  private long left;
  private long landed;
  private long begun;
  private int waves;

  /**
   * All files.
   *
   * @param units each in one wave, unless it is larger than one
   * @param usualBytes of a wave, unless less than this is worth none
   */
  WaveQueue(List<List<PlannedFile>> units, long usualBytes, WavePace pace) {
    this(units, usualBytes, pace, System::nanoTime);
  }

  WaveQueue(List<List<PlannedFile>> units, long usualBytes, WavePace pace, LongSupplier nanoTime) {
    this.units = new ArrayDeque<>(units);
    this.usualBytes = usualBytes;
    this.pace = pace;
    this.nanoTime = nanoTime;
    this.left = units.stream().mapToLong(PlannedFile::bytes).sum();
  }

  /** The next wave. The first one may be empty: a scan has one. */
  synchronized Optional<Wave> next() {
    if (waves > 0 && units.isEmpty()) {
      return Optional.empty();
    }
    long least = pace.firstBytes(left);
    if (waves == 0) {
      begun = nanoTime.getAsLong();
    } else {
      least = pace.leastBytes(landed, elapsed());
    }
    waves++;
    long bytes = Math.max(usualBytes, least);
    List<PlannedFile> files = new ArrayList<>();
    long inWave = 0;
    // What would be left for less than half a wave is read in this one.
    while (!units.isEmpty() && (inWave < bytes || left < bytes / 2)) {
      List<PlannedFile> unit = units.removeFirst();
      if (unit.size() > 1 && PlannedFile.bytes(unit) > bytes) {
        for (int file = unit.size() - 1; file >= 0; file--) {
          units.addFirst(List.of(unit.get(file)));
        }
        continue;
      }
      files.addAll(unit);
      inWave += PlannedFile.bytes(unit);
      left -= PlannedFile.bytes(unit);
    }
    return Optional.of(new Wave(waves, units.isEmpty(), files));
  }

  /** A wave of these files has landed. */
  synchronized void landed(List<PlannedFile> files) {
    landed += PlannedFile.bytes(files);
  }

  private Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - begun);
  }
}
