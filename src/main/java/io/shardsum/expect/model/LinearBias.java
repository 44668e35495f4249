package io.shardsum.expect.model;

/** Whether a linear module has a bias. A row's share does not cut it: it is whole on each rank. */
public enum LinearBias {
  NONE,
  PRESENT;

  public static LinearBias when(boolean present) {
    return present ? PRESENT : NONE;
  }
}
