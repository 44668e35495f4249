-- The engines of a scan, those that were asked live beside their files, and when all of each was verified, the last time up to then.
-- in: engines (view of finished scans), report_coverage (rows of coverage_rows.sql)
-- parameters: scan_id
SELECT e.*, c.last_verified_at, c.verified_within
FROM engines AS e
LEFT JOIN (
  SELECT DISTINCT engine, source, last_verified_at, verified_within
  FROM report_coverage
) AS c ON e.engine = c.engine AND e.source = c.source
WHERE e.scan_id = :scan_id AND e.source <> 'EXPECTED'
ORDER BY e.engine, e.source
