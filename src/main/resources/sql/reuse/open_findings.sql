-- The kinds of findings about the files of engines, in the newest finished scan of each that looked at them.
-- in:  scans, engines, findings (views of finished scans)
-- out: engine, kind
-- Parameter: fleet. A finding about all copies of a comparison group is about each of its engines. One of a running engine counts
-- where it says that the engine differs from its files.
WITH looked AS (
  SELECT
    e.scan_id,
    e.engine,
    e.comparison_group,
    row_number() OVER (PARTITION BY e.engine ORDER BY s.started_at DESC, s.scan_id DESC) AS age
  FROM scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
  WHERE s.fleet = :fleet AND NOT s.in_future AND e.source = 'FILES'
)
SELECT DISTINCT l.engine, f.kind
FROM looked AS l
JOIN findings AS f ON l.scan_id = f.scan_id
  AND (f.engine = l.engine OR (f.engine IS NULL AND f.location = l.comparison_group))
WHERE l.age = 1 AND f.severity <> 'info' AND (f.source <> 'LIVE' OR f.kind = 'LIVE_DIFFERS')
