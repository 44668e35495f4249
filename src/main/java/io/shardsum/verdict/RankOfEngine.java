package io.shardsum.verdict;

/** A rank, by the name of its engine and its number in the world of that engine. */
public record RankOfEngine(String engine, int rank) {}
