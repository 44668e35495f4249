-- The last scan in which every rank of an engine was VERIFIED, per fleet, engine and source.
-- in:  rank_states, scans (views of finished scans)
-- A scan that is dated in the future says nothing of when.
-- out: fleet, engine, source, scan_id, started_at
WITH verified AS (
  SELECT scan_id, engine, source
  FROM rank_states
  GROUP BY scan_id, engine, source
  HAVING min(state) = 'VERIFIED' AND max(state) = 'VERIFIED'
), newest AS (
  SELECT s.fleet, v.engine, v.source, max(struct(s.started_at, s.scan_id)) AS scan
  FROM verified AS v
  JOIN scans AS s ON v.scan_id = s.scan_id
  WHERE NOT s.in_future
  GROUP BY s.fleet, v.engine, v.source
)
SELECT fleet, engine, source, scan.scan_id, scan.started_at
FROM newest
