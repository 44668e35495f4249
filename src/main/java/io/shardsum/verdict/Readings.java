package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All readings of one copy of a tensor, the one of the scan first.
 *
 * <p>What another copy holds does not come by chance: one reading that gave it shows that the file
 * has it, however often other bytes came. Else what was read most often counts, and of that the
 * last.
 */
final class Readings {

  /** One reading of a tensor: what it gave, and what has read it. */
  record Reading(HeldTensor held, ReadBy by) {}

  private final List<Reading> all = new ArrayList<>();
  private Optional<HeldTensor> assumed = Optional.empty();
  private Optional<HeldTensor> proven = Optional.empty();

  Readings(Reading first) {
    all.add(first);
  }

  void add(Reading next) {
    all.add(next);
  }

  List<Reading> all() {
    return all;
  }

  HeldTensor first() {
    return all.get(0).held();
  }

  /** Whether what the scan has read is not what counts. */
  boolean isFirstWrong() {
    return !first().equals(settled());
  }

  /** Adds a reading of a copy that is blamed, or may be, compared with another copy. */
  void add(Reading next, HeldTensor ofOther) {
    add(next);
    if (next.held().equals(ofOther)) {
      proven = Optional.of(ofOther);
    }
  }

  /** What counts. */
  HeldTensor settled() {
    HeldTensor most = first();
    for (Reading reading : all) {
      if (times(reading.held()) >= times(most)) {
        most = reading.held();
      }
    }
    return assumed.or(() -> proven).orElse(most);
  }

  /** How many readings gave this. */
  long times(HeldTensor held) {
    return all.stream().filter(reading -> reading.held().equals(held)).count();
  }

  /** Whether no two readings gave the same. */
  boolean neverRepeats() {
    return all.size() > 1 && all.stream().allMatch(reading -> times(reading.held()) == 1);
  }

  /** Takes for granted that it holds this: its readings cannot tell. */
  void assume(HeldTensor held) {
    assumed = Optional.of(held);
  }

  boolean isAssumed() {
    return assumed.isPresent();
  }

  /** The readings that gave something else than what counts. */
  List<Reading> wrong() {
    return all.stream().filter(reading -> !reading.held().equals(settled())).toList();
  }

  /** The last reading that gave what counts. */
  Optional<Reading> right() {
    return all.stream()
        .filter(reading -> reading.held().equals(settled()))
        .reduce((earlier, later) -> later);
  }
}
