package io.shardsum.scan.plan;

/** So many bytes of a scan may be read a second time, by whoever takes them first. */
public final class ByteBudget {

  private long leftBytes;

  /** Begins with all of them. */
  public ByteBudget(long bytes) {
    this.leftBytes = bytes;
  }

  /** Takes bytes, if as many are left. */
  public boolean take(long bytes) {
    if (bytes > leftBytes) {
      return false;
    }
    leftBytes -= bytes;
    return true;
  }
}
