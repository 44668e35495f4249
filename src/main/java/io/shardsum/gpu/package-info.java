/**
 * What a session hashes on, the CPU or GPUs under the RAPIDS Accelerator, and the SQL functions for
 * either.
 *
 * <p>What needs cuDF lies in the source root {@code src/gpu}, which the Maven profile {@code gpu}
 * builds: everybody else needs no RAPIDS jar. {@link io.shardsum.gpu.Accelerator} chooses, and only
 * by name, so that cuDF is never loaded where the plugin does not run.
 */
package io.shardsum.gpu;
