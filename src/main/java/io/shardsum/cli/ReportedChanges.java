package io.shardsum.cli;

/** What a drift report tells of. */
enum ReportedChanges {
  /** Everything that is open, or changed. */
  ALL,
  /** What changed in the range. */
  NEW
}
