package io.shardsum.fleet;

import java.util.Optional;

/** What a description says of one engine: its files, its endpoint, or both, and its checkpoint. */
record DescribedEngine(
    String name,
    Optional<EngineSpec> files,
    Optional<LiveSpec> live,
    Optional<CheckpointSpec> checkpoint) {}
