-- The findings of those scans in which a fault that is told of was seen last.
-- in:  history_scans (fleet, number, scan_id), findings (view of finished scans),
--      finding_steps (the columns of finding_steps.sql)
-- out: fleet, number, and the columns of the view findings
SELECT s.fleet, s.number, f.*
FROM history_scans AS s
JOIN findings AS f ON s.scan_id = f.scan_id
JOIN (SELECT DISTINCT fleet, fingerprint, last_seen FROM finding_steps) AS t
  ON s.fleet = t.fleet AND s.number = t.last_seen AND f.fingerprint = t.fingerprint
