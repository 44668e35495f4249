-- How much of each engine was checked in each finished scan, and when all of it was, the last time up to then.
-- in: rank_states, ranks, engines, tensors, scans (views of finished scans)
-- rank_states is read once, for it is the most expensive
-- state: VERIFIED against a majority or a reference, DIFFERENT, HASHED_ONLY, SKIPPED (skipped_because says by which pattern),
-- UNREADABLE, MISSING or UNKNOWN (a running engine does not tell; or, of the source EXPECTED, what must be there does not follow from
-- the checkpoint: these tensors are in a rank that is HASHED_ONLY, too, and skipped_because says why). Tensors and bytes are those that were hashed, or skipped;
-- of a rank that is DIFFERENT those that differ, where they are known. The others of that rank are in a row of their own state, which counts no rank.
-- expected_bytes: in a row of the source EXPECTED, of its ranks: what follows from the checkpoint all the same.
-- last_verified_at: a scan that reused digests verified an engine as of when the oldest of them was computed.
-- verified_within: day, week, 4 weeks, longer, never, or different: verified before, and different now.
CREATE OR REPLACE TEMPORARY VIEW coverage AS
WITH found AS (
  SELECT r.scan_id, r.engine, r.source,
    CASE WHEN p.rest = 0 THEN r.state ELSE r.state_of_rest END AS state,
    1 - p.rest AS ranks,
    CASE WHEN p.rest = 0 THEN coalesce(r.different_tensors, r.tensors) ELSE r.tensors - r.different_tensors END AS tensors,
    CASE WHEN p.rest = 0 THEN coalesce(r.different_bytes, r.bytes) ELSE r.bytes - r.different_bytes END AS bytes
  FROM rank_states AS r
  CROSS JOIN (SELECT 0 AS rest UNION ALL SELECT 1) AS p
  WHERE p.rest = 0 OR r.tensors > r.different_tensors OR r.bytes > r.different_bytes
), parts AS (
  SELECT scan_id, engine, source, state, state AS of_ranks, CAST(NULL AS STRING) AS skipped_because,
    sum(ranks) AS ranks, sum(tensors) AS tensors, sum(bytes) AS bytes, 0 AS expected_bytes
  FROM found
  GROUP BY scan_id, engine, source, state
  UNION ALL
  SELECT scan_id, engine, source, 'SKIPPED', CAST(NULL AS STRING), reason, count(DISTINCT rank), count(*), sum(bytes), 0
  FROM tensors
  WHERE status = 'SKIPPED' AND tensor IS NOT NULL AND source <> 'EXPECTED'
  GROUP BY scan_id, engine, source, reason
  UNION ALL
  SELECT t.scan_id, t.engine, t.source, 'UNKNOWN', CAST(NULL AS STRING), t.reason, count(*), sum(t.tensors), 0, sum(r.bytes)
  FROM (
    SELECT scan_id, engine, source, rank, reason, count(CASE WHEN tensor <> '*' THEN 1 END) AS tensors
    FROM tensors
    WHERE status = 'UNKNOWN' AND source = 'EXPECTED'
    GROUP BY scan_id, engine, source, rank, reason
  ) AS t
  JOIN ranks AS r ON t.scan_id = r.scan_id AND t.engine = r.engine AND t.source = r.source AND t.rank = r.rank
  GROUP BY t.scan_id, t.engine, t.source, t.reason
), checked AS (
  SELECT s.scan_date, s.fleet, s.started_at, p.*,
    max(CASE WHEN p.of_ranks = 'DIFFERENT' THEN 1 ELSE 0 END) OVER engine_of_scan AS differs,
    CASE WHEN min(p.of_ranks) OVER engine_of_scan = 'VERIFIED' AND max(p.of_ranks) OVER engine_of_scan = 'VERIFIED'
      THEN least(e.hashed_at, s.started_at) END AS verified_at
  FROM parts AS p
  JOIN scans AS s ON p.scan_id = s.scan_id
  JOIN engines AS e ON p.scan_id = e.scan_id AND p.engine = e.engine AND p.source = e.source
  WINDOW engine_of_scan AS (PARTITION BY p.scan_id, p.engine, p.source)
), aged AS (
  SELECT *, max(verified_at) OVER (PARTITION BY fleet, engine, source ORDER BY started_at) AS last_verified_at
  FROM checked
)
SELECT
  scan_date,
  scan_id,
  fleet,
  engine,
  source,
  state,
  skipped_because,
  CAST(ranks AS BIGINT) AS ranks,
  CAST(tensors AS BIGINT) AS tensors,
  CAST(coalesce(bytes, 0) AS BIGINT) AS bytes,
  CAST(expected_bytes AS BIGINT) AS expected_bytes,
  last_verified_at,
  CASE
    WHEN last_verified_at IS NULL THEN 'never'
    WHEN differs = 1 THEN 'different'
    WHEN last_verified_at >= started_at - INTERVAL '1' DAY THEN 'day'
    WHEN last_verified_at >= started_at - INTERVAL '7' DAY THEN 'week'
    WHEN last_verified_at >= started_at - INTERVAL '28' DAY THEN '4 weeks'
    ELSE 'longer'
  END AS verified_within
FROM aged
