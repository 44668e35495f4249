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
 *
 * <p>{@link io.shardsum.history.Retention} says which scans are old and wanted by nobody; its rules
 * are under {@code /sql/retention}. {@link io.shardsum.tables.StoredScans} drops them: rows of
 * tensors first, behind a file that says so, so that no reader takes a part for the whole. Where
 * all of a scan goes, its row in {@code scans} is next, for with it the scan ends to exist, and
 * findings, engines and ranks are last, which nobody sees by then. An interrupted run leaves
 * tensors that are partly dropped, or rows without a scan: the next run ends both.
 */
package io.shardsum.history;
