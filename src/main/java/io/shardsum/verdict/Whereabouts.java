package io.shardsum.verdict;

/**
 * Where copies of a group hold some bytes: under one name in one place.
 *
 * @param rankInReplica the rank within a replica
 * @param holder one of these copies
 * @param votes how many storages hold them there
 * @param inReference whether the reference does
 */
public record Whereabouts(
    Digests digests,
    int rankInReplica,
    TensorName name,
    RankHolder holder,
    long votes,
    boolean inReference) {}
