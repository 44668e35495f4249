package io.shardsum.verdict;

/** A tensor in one copy of a rank. */
public record CopiedTensor(RankHolder holder, TensorName name) {}
