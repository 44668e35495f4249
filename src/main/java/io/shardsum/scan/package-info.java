/**
 * The job: chunks are summed into tensors, tensors merged into ranks, ranks into engines, and all
 * of it lands as Parquet tables.
 *
 * <pre>
 * inventory -> chunks -> tensors -> ranks -> engines -> findings -> scans
 * </pre>
 *
 * The stages are the SQL files under {@code /sql}; {@link io.shardsum.scan.FleetScan} runs them in
 * order, {@link io.shardsum.scan.ScanTables} says where they land.
 */
package io.shardsum.scan;
