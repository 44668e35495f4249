/**
 * What an engine must hold, computed from a published checkpoint: no engine, no Spark.
 *
 * <p>{@link io.shardsum.expect.model.Checkpoint} reads a checkpoint's configuration and headers;
 * {@link io.shardsum.expect.Expectation} applies the rules of an engine's release and of the
 * model's class, and lists for each rank its tensors as {@link io.shardsum.expect.recipe.Recipe}s;
 * {@link io.shardsum.expect.ExpectationHasher} turns them into digests. What the rules do not know
 * is a {@link io.shardsum.expect.model.Refusal} with its reason, never a guess.
 */
package io.shardsum.expect;
