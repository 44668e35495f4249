package io.shardsum.live;

/** A number of things, in words. */
final class Counted {

  private Counted() {}

  /** {@code 1 rank}, {@code 2 ranks}. */
  static String of(int count, String thing) {
    return count == 1 ? "1 " + thing : count + " " + thing + "s";
  }
}
