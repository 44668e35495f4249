package io.shardsum.expect;

/** How the two halves of an expert's first matrix lie. */
enum ExpertLayout {
  GATE_FIRST,
  UP_FIRST,
  /** Row by row, gate before up. */
  INTERLEAVED
}
