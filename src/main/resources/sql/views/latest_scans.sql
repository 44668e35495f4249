-- The newest finished scan of each fleet.
-- in: scans (view of finished scans)
CREATE OR REPLACE TEMPORARY VIEW latest_scans AS
SELECT s.*
FROM scans AS s
WHERE NOT EXISTS (
  SELECT 1
  FROM scans AS n
  WHERE n.fleet = s.fleet
    AND (n.started_at > s.started_at OR (n.started_at = s.started_at AND n.scan_id > s.scan_id))
)
