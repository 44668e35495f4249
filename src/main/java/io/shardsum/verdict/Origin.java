package io.shardsum.verdict;

/**
 * Where bytes belong that are somewhere else.
 *
 * @param place the rank, within a replica, in which they are right
 * @param name the tensor that they are there
 * @param holder a copy that has them there
 */
record Origin(int place, TensorName name, RankHolder holder) {}
