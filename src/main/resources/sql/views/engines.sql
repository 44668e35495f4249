-- engines of all scans that were finished.
-- in: landed_engines, landed_scans (the Parquet files as they lie; landed_in: the scan_id of the directory, which a gathering has for all of its scans)
CREATE OR REPLACE TEMPORARY VIEW engines AS
SELECT t.* EXCEPT (landed_in)
FROM landed_engines AS t
JOIN landed_scans AS s ON t.scan_date = s.scan_date AND t.scan_id = s.scan_id AND t.landed_in = s.landed_in
