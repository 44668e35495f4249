package io.shardsum.fleet;

import java.util.List;
import java.util.Optional;

/**
 * Tells which engines of a directory are copies of one model. Called for several engines at a time.
 */
@FunctionalInterface
public interface StructureReader {
  /**
   * A fingerprint of the names, dtypes and shapes in these files, all of one rank and of the
   * target; equal for copies. Empty where they cannot be read.
   */
  Optional<String> structureOf(List<ShardFile> filesOfOneRank);
}
