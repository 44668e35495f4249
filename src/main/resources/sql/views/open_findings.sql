-- The findings that are open, each with since when: of each engine those of the newest finished scan that looked at it.
-- in: latest_scans, latest_engines, scans, findings (views of finished scans)
-- What is about no engine counts in the newest scan of all engines, and in the newest of all.
-- first_seen_at, scans_seen: over all finished scans of the fleet that found it, by its fingerprint.
CREATE OR REPLACE TEMPORARY VIEW open_findings AS
WITH seen AS (
  SELECT s.fleet, f.fingerprint, min(s.started_at) AS first_seen_at, count(DISTINCT s.scan_id) AS scans_seen
  FROM findings AS f
  JOIN scans AS s ON f.scan_date = s.scan_date AND f.scan_id = s.scan_id
  WHERE NOT s.in_future
  GROUP BY s.fleet, f.fingerprint
), since AS (
  SELECT
    s.fleet, s.scan_date, s.scan_id, s.started_at,
    s.scan_id = l.scan_id OR s.started_at = max(s.started_at) OVER (PARTITION BY s.fleet) AS of_fleet
  FROM latest_scans AS l
  JOIN scans AS s ON l.fleet = s.fleet
  WHERE NOT s.in_future AND (s.started_at >= l.started_at OR l.scope = 'chosen')
)
SELECT s.fleet, o.first_seen_at, o.scans_seen, f.*
FROM since AS s
JOIN findings AS f ON s.scan_date = f.scan_date AND s.scan_id = f.scan_id
JOIN seen AS o ON s.fleet = o.fleet AND f.fingerprint = o.fingerprint
LEFT JOIN latest_engines AS e ON s.fleet = e.fleet AND f.engine = e.engine AND f.source = e.source
WHERE (f.engine IS NULL AND s.of_fleet) OR (f.engine IS NOT NULL AND (e.scanned_at IS NULL OR s.started_at >= e.scanned_at))
