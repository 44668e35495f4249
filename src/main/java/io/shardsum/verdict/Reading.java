package io.shardsum.verdict;

/** One reading of a tensor: what it gave, and what has read it. */
record Reading(HeldTensor held, ReadBy by) {}
