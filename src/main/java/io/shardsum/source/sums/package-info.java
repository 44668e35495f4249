/**
 * The sums of the pieces of tensors that a reader reads: {@link io.shardsum.source.sums.PieceSums},
 * on the CPU as they are read, or on a GPU, many at a time.
 *
 * <p>{@link io.shardsum.source.sums.DeviceSums} is the way of the bytes to the GPU and of the sums
 * back. What it needs of a GPU is {@link io.shardsum.source.sums.Device}, which cuDF implements in
 * the source root {@code src/gpu}: everybody else needs no RAPIDS jar.
 */
package io.shardsum.source.sums;
