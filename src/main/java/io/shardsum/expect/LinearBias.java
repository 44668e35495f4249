package io.shardsum.expect;

/** Whether a linear module has a bias. A row's share does not cut it: it is whole on each rank. */
enum LinearBias {
  NONE,
  PRESENT;

  static LinearBias when(boolean present) {
    return present ? PRESENT : NONE;
  }
}
