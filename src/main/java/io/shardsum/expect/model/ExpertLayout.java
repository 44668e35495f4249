package io.shardsum.expect.model;

/** How the two halves of an expert's first matrix lie. */
public enum ExpertLayout {
  GATE_FIRST,
  UP_FIRST,
  /** Row by row, gate before up. */
  INTERLEAVED
}
