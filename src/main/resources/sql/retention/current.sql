-- The scans that tell how each fleet stands now: its newest, its newest of all engines, and the newest of each engine since then.
-- in:  scans (fleet, number, scan_id, is_whole), engines (view of finished scans)
-- out: fleet, scan_id
WITH newest AS (
  SELECT fleet, max(number) AS number, coalesce(max(CASE WHEN is_whole THEN number END), 0) AS whole
  FROM scans
  GROUP BY fleet
), newest_of_engines AS (
  SELECT s.fleet, max(s.number) AS number
  FROM scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
  GROUP BY s.fleet, e.engine, e.source
)
SELECT DISTINCT s.fleet, s.scan_id
FROM scans AS s
JOIN newest AS n ON s.fleet = n.fleet
LEFT JOIN newest_of_engines AS e ON s.fleet = e.fleet AND s.number = e.number
WHERE s.number IN (n.number, n.whole) OR (e.number IS NOT NULL AND s.number > n.whole)
