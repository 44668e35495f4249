/**
 * What is damaged in a tensor: the bytes of a bad copy against those of a good one. Where they
 * differ, in how many bytes and bits, and what that looks like. Plain functions over bytes, without
 * Spark.
 *
 * <pre>
 * pieces of both copies, in order -> ByteComparison -> Damage -> a sentence
 * </pre>
 *
 * <p>Pieces are compared as they come, some 1 MiB at a time, so a tensor may be of any length;
 * {@link io.shardsum.damage.DamagePattern} says exactly what each pattern means.
 */
package io.shardsum.damage;
