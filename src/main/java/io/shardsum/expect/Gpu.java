package io.shardsum.expect;

/** A kind of GPU, where what an engine holds depends on it. */
public enum Gpu {
  /** Hopper: H100, H200. */
  SM90,
  /** Blackwell of data centers: B200. */
  SM100
}
