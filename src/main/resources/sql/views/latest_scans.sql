-- The newest finished scan of each fleet: of those that looked at all engines, if there is one.
-- in: scans (view of finished scans)
-- A scan that is dated in the future is not the newest.
CREATE OR REPLACE TEMPORARY VIEW latest_scans AS
SELECT s.*
FROM scans AS s
WHERE NOT s.in_future AND NOT EXISTS (
  SELECT 1
  FROM scans AS n
  WHERE n.fleet = s.fleet AND NOT n.in_future
    AND (n.scope > s.scope
      OR (n.scope = s.scope AND (n.started_at > s.started_at OR (n.started_at = s.started_at AND n.scan_id > s.scan_id))))
)
