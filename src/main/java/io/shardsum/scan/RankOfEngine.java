package io.shardsum.scan;

/** A rank, by the name of its engine and its number in the world of that engine. */
record RankOfEngine(String engine, int rank) {}
