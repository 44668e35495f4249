-- The last scan in which every rank of an engine was VERIFIED, per fleet, engine and source.
-- in:  rank_states, engines, scans (views of finished scans)
-- A scan that is dated in the future says nothing of when. One that reused digests says that the engine was right when the oldest
-- of them was computed: scan_id and started_at are of that scan, as far as it is there.
-- out: fleet, engine, source, scan_id, started_at
WITH verified AS (
  SELECT scan_id, engine, source
  FROM rank_states
  GROUP BY scan_id, engine, source
  HAVING min(state) = 'VERIFIED' AND max(state) = 'VERIFIED'
), newest AS (
  SELECT s.fleet, v.engine, v.source, max(struct(least(e.hashed_at, s.started_at) AS right_at, s.started_at, s.scan_id)) AS scan
  FROM verified AS v
  JOIN scans AS s ON v.scan_id = s.scan_id
  JOIN engines AS e ON v.scan_id = e.scan_id AND v.engine = e.engine AND v.source = e.source
  WHERE NOT s.in_future
  GROUP BY s.fleet, v.engine, v.source
)
SELECT n.fleet, n.engine, n.source, coalesce(max(c.scan_id), max(n.scan.scan_id)) AS scan_id, max(n.scan.right_at) AS started_at
FROM newest AS n
LEFT JOIN scans AS c ON n.fleet = c.fleet AND n.scan.right_at = c.started_at
GROUP BY n.fleet, n.engine, n.source
