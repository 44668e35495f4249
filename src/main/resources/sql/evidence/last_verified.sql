-- The last scan in which every rank of an engine was VERIFIED, per fleet and engine.
-- in:  rank_states, scans (views of finished scans)
-- out: fleet, engine, scan_id, started_at
WITH verified AS (
  SELECT scan_id, engine
  FROM rank_states
  GROUP BY scan_id, engine
  HAVING min(state) = 'VERIFIED' AND max(state) = 'VERIFIED'
), newest AS (
  SELECT s.fleet, v.engine, max(struct(s.started_at, s.scan_id)) AS scan
  FROM verified AS v
  JOIN scans AS s ON v.scan_id = s.scan_id
  GROUP BY s.fleet, v.engine
)
SELECT fleet, engine, scan.scan_id, scan.started_at
FROM newest
