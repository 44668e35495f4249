-- How much of each engine was checked in a scan.
-- in: coverage (view of finished scans)
-- parameters: scan_id
-- out: the columns of coverage
SELECT *
FROM coverage
WHERE scan_id = :scan_id
