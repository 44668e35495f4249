package io.shardsum.history;

import java.util.List;

/**
 * Ranks of an engine that hold what they should not, by the engine's own past. It begins with an
 * unplanned change, and ends when copies agree, the change is undone, or another is planned.
 *
 * @param since the scan that found it first
 * @param ranks ascending
 */
public record Drift(PastScan since, List<Integer> ranks) {

  /** Copies the list. */
  public Drift {
    ranks = List.copyOf(ranks);
  }
}
