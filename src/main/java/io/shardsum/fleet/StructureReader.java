package io.shardsum.fleet;

import java.util.List;
import java.util.Optional;

/**
 * Tells which engines of a directory are copies of one model. Called for several engines at a time.
 */
@FunctionalInterface
public interface StructureReader {
  /**
   * A fingerprint of the names, dtypes and shapes of what is hashed of these files, all of one rank
   * and of the target; equal for copies. Names are those that the engine uses. Empty where they
   * cannot be read.
   */
  Optional<String> structureOf(EngineSpec engine, List<ShardFile> filesOfOneRank);
}
