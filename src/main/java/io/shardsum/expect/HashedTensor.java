package io.shardsum.expect;

/** A tensor that a rank must hold, with its digests. */
public record HashedTensor(ExpectedTensor tensor, TensorDigests digests) {}
