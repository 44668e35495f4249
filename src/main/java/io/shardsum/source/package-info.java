/**
 * Weights as Spark rows: the data source {@code safetensors} and the function {@code chunk_sum}
 * over its column {@code data}.
 *
 * <pre>{@code
 * spark.read().format("safetensors").load("/weights/engine-a").select("tensor", "dtype", "shape")
 * }</pre>
 *
 * <p>One row is one chunk: up to 1 MiB of one tensor. Files are cut by byte range like Parquet
 * files; the driver lists files and never opens one, executors read the headers. {@link
 * io.shardsum.source.ChunkColumn} lists the columns, {@link io.shardsum.source.ReadOptions} the
 * options.
 */
package io.shardsum.source;
