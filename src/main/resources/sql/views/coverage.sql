-- How much of each engine was checked in each finished scan, and when all of it was, the last time up to then.
-- in: rank_states, tensors, scans (views of finished scans)
-- state: VERIFIED against a majority or a reference, DIFFERENT, HASHED_ONLY, SKIPPED (skipped_because says by which pattern),
-- UNREADABLE, MISSING or UNKNOWN (a running engine does not tell; or, of the source EXPECTED, what must be there does not follow from
-- the checkpoint: these tensors are in a rank that is HASHED_ONLY, too, and skipped_because says why). Tensors and bytes are those that were hashed, or skipped, in the ranks of that state.
CREATE OR REPLACE TEMPORARY VIEW coverage AS
WITH parts AS (
  SELECT scan_id, engine, source, state, CAST(NULL AS STRING) AS skipped_because,
    count(*) AS ranks, sum(tensors) AS tensors, sum(bytes) AS bytes
  FROM rank_states
  GROUP BY scan_id, engine, source, state
  UNION ALL
  SELECT scan_id, engine, source, 'SKIPPED', reason, count(DISTINCT rank), count(*), sum(bytes)
  FROM tensors
  WHERE status = 'SKIPPED' AND tensor IS NOT NULL AND source <> 'EXPECTED'
  GROUP BY scan_id, engine, source, reason
  UNION ALL
  SELECT scan_id, engine, source, 'UNKNOWN', reason, count(DISTINCT rank), count(CASE WHEN tensor <> '*' THEN 1 END),
    CAST(0 AS BIGINT)
  FROM tensors
  WHERE status = 'UNKNOWN' AND source = 'EXPECTED'
  GROUP BY scan_id, engine, source, reason
), whole AS (
  SELECT s.fleet, s.scan_id, s.started_at, r.engine, r.source,
    CASE WHEN min(r.state) = 'VERIFIED' AND max(r.state) = 'VERIFIED' THEN s.started_at END AS verified_at
  FROM rank_states AS r
  JOIN scans AS s ON r.scan_id = s.scan_id
  GROUP BY s.fleet, s.scan_id, s.started_at, r.engine, r.source
), aged AS (
  SELECT fleet, scan_id, started_at, engine, source,
    max(verified_at) OVER (PARTITION BY fleet, engine, source ORDER BY started_at) AS last_verified_at
  FROM whole
)
SELECT
  s.scan_date,
  p.scan_id,
  s.fleet,
  p.engine,
  p.source,
  p.state,
  p.skipped_because,
  CAST(p.ranks AS BIGINT) AS ranks,
  CAST(p.tensors AS BIGINT) AS tensors,
  CAST(p.bytes AS BIGINT) AS bytes,
  a.last_verified_at,
  CASE
    WHEN a.last_verified_at IS NULL THEN 'never'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '1' DAY THEN 'day'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '7' DAY THEN 'week'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '28' DAY THEN '4 weeks'
    ELSE 'longer'
  END AS verified_within
FROM parts AS p
LEFT JOIN aged AS a ON p.scan_id = a.scan_id AND p.engine = a.engine AND p.source = a.source
JOIN scans AS s ON p.scan_id = s.scan_id
