-- The newest scan that looked at an engine.
-- in:  scans, engines (views of finished scans)
-- parameters: engine: its name, or that, a slash and more
-- out: the columns of scans, one row at most
SELECT s.*
FROM scans AS s
JOIN engines AS e ON s.scan_id = e.scan_id
WHERE NOT s.in_future AND e.source <> 'EXPECTED' AND (e.engine = :engine OR startswith(:engine, concat(e.engine, '/')))
ORDER BY s.started_at DESC, s.scan_id DESC
LIMIT 1
