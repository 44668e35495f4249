-- A scan as its row tells it.
-- in: scans (view of finished scans)
-- parameters: scan_id
SELECT *
FROM scans
WHERE scan_id = :scan_id
