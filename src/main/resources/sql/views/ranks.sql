-- ranks of all scans that were finished.
-- in: landed_ranks, landed_scans (the Parquet files as they lie)
CREATE OR REPLACE TEMPORARY VIEW ranks AS
SELECT t.*
FROM landed_ranks AS t
JOIN landed_scans AS s ON t.scan_date = s.scan_date AND t.scan_id = s.scan_id
