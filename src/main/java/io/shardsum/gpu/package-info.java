/**
 * The checksum on a GPU, under the RAPIDS Accelerator: the same functions as on a CPU, over columns
 * of many chunks instead of one chunk at a time.
 *
 * <p>{@link io.shardsum.gpu.ChunkSums} is the arithmetic, as a sequence of {@link
 * io.shardsum.gpu.ColumnOperations}. What implements these with cuDF lies in the source root {@code
 * src/gpu}, which the Maven profile {@code gpu} builds: everybody else needs no RAPIDS jar. {@link
 * io.shardsum.gpu.Accelerator} chooses, and only by name, so that cuDF is never loaded where the
 * plugin does not run.
 */
package io.shardsum.gpu;
