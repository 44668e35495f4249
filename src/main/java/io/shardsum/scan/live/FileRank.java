package io.shardsum.scan.live;

import io.shardsum.fleet.EngineInventory;

/** Which files a rank of a running engine was loaded from: replicas may share them. */
final class FileRank {

  private FileRank() {}

  static int of(EngineInventory files, int rank) {
    return rank < files.expectedRanks() ? rank : files.spec().parallelism().rankInReplica(rank);
  }
}
