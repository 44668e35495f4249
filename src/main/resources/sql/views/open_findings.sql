-- The findings of the newest finished scans, each with since when it is open.
-- in: latest_scans, scans, findings (views of finished scans)
-- first_seen_at, scans_seen: over all finished scans of the fleet that found it, by its fingerprint.
CREATE OR REPLACE TEMPORARY VIEW open_findings AS
WITH seen AS (
  SELECT s.fleet, f.fingerprint, min(s.started_at) AS first_seen_at, count(DISTINCT s.scan_id) AS scans_seen
  FROM findings AS f
  JOIN scans AS s ON f.scan_date = s.scan_date AND f.scan_id = s.scan_id
  GROUP BY s.fleet, f.fingerprint
)
SELECT l.fleet, o.first_seen_at, o.scans_seen, f.*
FROM latest_scans AS l
JOIN findings AS f ON l.scan_date = f.scan_date AND l.scan_id = f.scan_id
JOIN seen AS o ON l.fleet = o.fleet AND f.fingerprint = o.fingerprint
