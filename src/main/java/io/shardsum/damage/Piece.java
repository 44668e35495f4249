package io.shardsum.damage;

import java.util.Arrays;

/** The same bytes of a tensor in two copies. An object of its own: arrays have no equality. */
final class Piece {

  private final long offsetBytes;
  private final byte[] bad;
  private final byte[] good;

  Piece(long offsetBytes, byte[] bad, byte[] good) {
    this.offsetBytes = offsetBytes;
    this.bad = bad;
    this.good = good;
  }

  /** Where it begins in the tensor. */
  long offsetBytes() {
    return offsetBytes;
  }

  long endBytes() {
    return offsetBytes + bad.length;
  }

  int length() {
    return bad.length;
  }

  byte[] bad() {
    return bad;
  }

  byte[] good() {
    return good;
  }

  boolean differsAt(int index) {
    return bad[index] != good[index];
  }

  /** The first index from {@code from} on at which the copies differ; -1 if there is none. */
  int nextDifference(int from) {
    int distance = Arrays.mismatch(bad, from, bad.length, good, from, good.length);
    return distance < 0 ? -1 : from + distance;
  }

  /** Whether it begins where another ends. */
  boolean follows(Piece other) {
    return other != null && offsetBytes == other.endBytes();
  }
}
