-- Each engine with the newest finished scan that looked at it: the newest of all engines, or one of chosen engines since then.
-- in: latest_scans, scans, engines (views of finished scans)
-- scanned_at: when that scan began, so how old it is. One row for each source (FILES, LIVE).
CREATE OR REPLACE TEMPORARY VIEW latest_engines AS
WITH looked AS (
  SELECT
    s.fleet, s.scan_date, s.scan_id, s.started_at AS scanned_at, e.engine, e.source,
    row_number() OVER (PARTITION BY s.fleet, e.engine, e.source ORDER BY s.started_at DESC, s.scan_id DESC) AS age
  FROM latest_scans AS l
  JOIN scans AS s ON l.fleet = s.fleet
  JOIN engines AS e ON s.scan_date = e.scan_date AND s.scan_id = e.scan_id
  WHERE NOT s.in_future AND e.source <> 'EXPECTED' AND (s.started_at >= l.started_at OR l.scope = 'chosen')
)
SELECT fleet, engine, source, scan_date, scan_id, scanned_at
FROM looked
WHERE age = 1
