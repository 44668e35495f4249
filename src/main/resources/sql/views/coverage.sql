-- How much of each engine was checked in each finished scan, and when all of it was, the last time up to then.
-- in: rank_states, ranks, tensors, scans (views of finished scans)
-- state: VERIFIED against a majority or a reference, DIFFERENT, HASHED_ONLY, SKIPPED (skipped_because says by which pattern),
-- UNREADABLE, MISSING or UNKNOWN (a running engine does not tell; or, of the source EXPECTED, what must be there does not follow from
-- the checkpoint: these tensors are in a rank that is HASHED_ONLY, too, and skipped_because says why). Tensors and bytes are those that were hashed, or skipped;
-- of a rank that is DIFFERENT those that differ, where they are known. The others of that rank are in a row of their own state, which counts no rank.
-- verified_within: day, week, 4 weeks, longer, never, or different: verified before, and different now.
CREATE OR REPLACE TEMPORARY VIEW coverage AS
WITH counted AS (
  SELECT s.scan_id, s.engine, s.source, s.state, s.state_of_rest, s.tensors, coalesce(s.bytes, 0) AS bytes,
    CASE WHEN s.state = 'DIFFERENT' THEN r.different_tensors END AS different_tensors,
    CASE WHEN s.state = 'DIFFERENT' THEN r.different_bytes END AS different_bytes
  FROM rank_states AS s
  JOIN ranks AS r ON s.scan_id = r.scan_id AND s.engine = r.engine AND s.source = r.source AND s.rank = r.rank
), found AS (
  SELECT scan_id, engine, source, state, 1 AS ranks,
    coalesce(different_tensors, tensors) AS tensors, coalesce(different_bytes, bytes) AS bytes
  FROM counted
  UNION ALL
  SELECT scan_id, engine, source, state_of_rest, 0, tensors - different_tensors, bytes - different_bytes
  FROM counted
  WHERE tensors > different_tensors OR bytes > different_bytes
), parts AS (
  SELECT scan_id, engine, source, state, CAST(NULL AS STRING) AS skipped_because,
    sum(ranks) AS ranks, sum(tensors) AS tensors, sum(bytes) AS bytes
  FROM found
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
    max(CASE WHEN r.state = 'DIFFERENT' THEN 1 ELSE 0 END) AS differs,
    CASE WHEN min(r.state) = 'VERIFIED' AND max(r.state) = 'VERIFIED' THEN s.started_at END AS verified_at
  FROM rank_states AS r
  JOIN scans AS s ON r.scan_id = s.scan_id
  GROUP BY s.fleet, s.scan_id, s.started_at, r.engine, r.source
), aged AS (
  SELECT fleet, scan_id, started_at, engine, source, differs,
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
  CAST(coalesce(p.bytes, 0) AS BIGINT) AS bytes,
  a.last_verified_at,
  CASE
    WHEN a.last_verified_at IS NULL THEN 'never'
    WHEN a.differs = 1 THEN 'different'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '1' DAY THEN 'day'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '7' DAY THEN 'week'
    WHEN a.last_verified_at >= a.started_at - INTERVAL '28' DAY THEN '4 weeks'
    ELSE 'longer'
  END AS verified_within
FROM parts AS p
LEFT JOIN aged AS a ON p.scan_id = a.scan_id AND p.engine = a.engine AND p.source = a.source
JOIN scans AS s ON p.scan_id = s.scan_id
