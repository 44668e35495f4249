/**
 * History: what the tables of finished scans say of change.
 *
 * <pre>
 * scans -> rank_steps -> engine_steps, absences -> tensor_changes
 *                     -> finding_steps
 * </pre>
 *
 * {@link io.shardsum.history.History} reads it; the rules are in the SQL files under {@code
 * /sql/history}, one statement each. Every scan is held against all scans before it, whatever range
 * is asked for, so a night reads the same in every report that shows it; {@link
 * io.shardsum.history.ScanRange.Pair} alone looks at nothing but two scans. Tensors are read of
 * those scans only between which a rank changed.
 *
 * <p>Reading is safe beside scans that are being written, replaced or removed: only scans with
 * their row in {@code scans} are read, and if one of them is gone by the end, all is read anew.
 */
package io.shardsum.history;
