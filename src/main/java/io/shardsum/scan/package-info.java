/**
 * The job: chunks are summed into tensors, tensors merged into ranks, ranks into engines, and all
 * of it lands as Parquet tables.
 *
 * <pre>
 * inventory -> chunks -> tensors -> ranks -> engines -> verdict -> findings -> scans
 * </pre>
 *
 * The stages are the SQL files under {@code /sql}; {@link io.shardsum.scan.FleetScan} runs them in
 * order, {@link io.shardsum.tables.ScanTables} says where they land. What is wrong is told by the
 * package {@code verdict}; {@link io.shardsum.scan.judge.TableEvidence} looks up for it what the
 * tables know. {@link io.shardsum.tables.StoredScans} drops what old scans have landed.
 */
package io.shardsum.scan;
