package io.shardsum.verdict;

/**
 * Where bytes belong that are somewhere else.
 *
 * @param rankInReplica the rank, within a replica, in which they are right
 * @param name the tensor that they are there
 * @param holder a copy that has them there
 */
record Origin(int rankInReplica, TensorName name, RankHolder holder) {}
