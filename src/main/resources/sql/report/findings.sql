-- The findings of a scan in the order in which a report lists them: the gravest first.
-- in: findings (view of finished scans)
-- parameters: scan_id
SELECT
  row_number() OVER (
    PARTITION BY scan_id
    ORDER BY
      CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,
      engine NULLS LAST, source, rank NULLS FIRST, kind, role, tensor, location, detail) AS number,
  *
FROM findings
WHERE scan_id = :scan_id
ORDER BY number
