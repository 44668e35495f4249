/**
 * The verdict: which copy is wrong, in what, and why. Plain functions over small records, without
 * Spark.
 *
 * <pre>
 * rank checksums -> camps -> (only where they differ) tensors -> faults -> findings
 * </pre>
 *
 * <p>Copies of a rank vote, one vote for each place where they are stored; a strict majority of all
 * copies that should exist, or a {@link io.shardsum.verdict.Reference}, says what is expected.
 * Where neither does, nobody is blamed. {@link io.shardsum.verdict.FleetVerdict} is the door;
 * {@link io.shardsum.verdict.Evidence} is what it asks for when, and only when, ranks differ.
 *
 * <p>Of all explanations the most specific is taken, in this order: the rank is another rank's; it
 * is of another revision, as a whole or in part; tensors are exchanged; a tensor is missing, extra,
 * of another dtype or shape, or has other bytes. What one explanation covers no other reports.
 */
package io.shardsum.verdict;
