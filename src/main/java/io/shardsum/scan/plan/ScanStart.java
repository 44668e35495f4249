package io.shardsum.scan.plan;

/** How a scan begins. */
public enum ScanStart {
  /** It reads everything; what a scan of its name has left is removed. */
  ANEW,
  /** It goes on with a scan of its name that has not ended. */
  RESUMED
}
