-- What running engines reported and nobody compares, in one row per rank and reason.
-- in:  live_tensors (the rows of the table tensors that come from engines)
-- out: engine, rank, skipped_because, tensors, bytes (no engine reports them)
SELECT engine, rank, reason AS skipped_because, count(*) AS tensors, CAST(0 AS BIGINT) AS bytes
FROM live_tensors
WHERE status = 'SKIPPED'
GROUP BY engine, rank, reason
