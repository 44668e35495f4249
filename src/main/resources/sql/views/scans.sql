-- all scans that were finished: the row here is written last.
-- in: landed_scans (the Parquet files as they lie)
CREATE OR REPLACE TEMPORARY VIEW scans AS
SELECT *
FROM landed_scans
