package io.shardsum.history;

import io.shardsum.tables.StoredScan;
import java.util.List;

/**
 * A scan, and what becomes of it.
 *
 * @param reasons why its tensor rows stay, in order; empty: nothing wants them
 */
public record RetainedScan(PastScan scan, StoredScan stored, List<KeepReason> reasons, Fate fate) {

  /** What becomes of a scan. */
  public enum Fate {
    /** All of it stays. */
    KEPT,
    /** Its rows of tensors are gone, the others stay. */
    HISTORY,
    /** Its rows of tensors go, the others stay. */
    TENSORS_GO,
    /** All of its rows go. */
    ALL_GOES
  }

  /** Copies the list. */
  public RetainedScan {
    reasons = List.copyOf(reasons);
  }

  static RetainedScan of(
      PastScan scan, StoredScan stored, List<KeepReason> reasons, RetentionRules rules) {
    return new RetainedScan(scan, stored, reasons, fate(scan, stored, reasons, rules));
  }

  /** Rows of which some are gone serve nobody, whatever speaks for them. */
  private static Fate fate(
      PastScan scan, StoredScan stored, List<KeepReason> reasons, RetentionRules rules) {
    if (reasons.isEmpty() && rules.isPastHistory(scan)) {
      return Fate.ALL_GOES;
    }
    return switch (stored.tensorRows()) {
      case DROPPED -> Fate.HISTORY;
      case PARTLY_DROPPED -> Fate.TENSORS_GO;
      case WHOLE -> reasons.isEmpty() ? Fate.TENSORS_GO : Fate.KEPT;
    };
  }

  /** How much goes. */
  public long droppedBytes() {
    return switch (fate) {
      case KEPT, HISTORY -> 0;
      case TENSORS_GO -> stored.tensorBytes();
      case ALL_GOES -> stored.tensorBytes() + stored.otherBytes();
    };
  }

  /** Whether anything of it goes. */
  public boolean goes() {
    return fate == Fate.TENSORS_GO || fate == Fate.ALL_GOES;
  }
}
