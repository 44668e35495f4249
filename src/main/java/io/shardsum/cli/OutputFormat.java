package io.shardsum.cli;

/** For whom a result is printed. */
enum OutputFormat {
  /** For people. */
  TABLE,
  /** For machines. */
  JSON
}
