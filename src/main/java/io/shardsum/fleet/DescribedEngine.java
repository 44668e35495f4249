package io.shardsum.fleet;

import java.util.Optional;

/** What a description says of one engine: its files, its endpoint, or both. */
record DescribedEngine(String name, Optional<EngineSpec> files, Optional<LiveSpec> live) {}
