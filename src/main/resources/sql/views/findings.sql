-- findings of all scans that were finished.
-- in: landed_findings, landed_scans (the Parquet files as they lie)
CREATE OR REPLACE TEMPORARY VIEW findings AS
SELECT t.*
FROM landed_findings AS t
JOIN landed_scans AS s ON t.scan_date = s.scan_date AND t.scan_id = s.scan_id
