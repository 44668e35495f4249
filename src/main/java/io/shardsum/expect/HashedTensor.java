package io.shardsum.expect;

import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.recipe.TensorDigests;

/** A tensor that a rank must hold, with its digests. */
public record HashedTensor(ExpectedTensor tensor, TensorDigests digests) {}
