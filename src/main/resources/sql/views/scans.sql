-- all scans that were finished: the row here is written last.
-- in: landed_scans (the Parquet files as they lie)
-- scope: 'fleet', or 'chosen' where only some engines were looked at. in_future: the scan is dated later than now, since the clock of
-- its host was wrong (10 minutes are allowed): no other view takes it for the newest.
CREATE OR REPLACE TEMPORARY VIEW scans AS
SELECT
  * EXCEPT (landed_in),
  CASE WHEN settings LIKE '%"scope":"chosen"%' THEN 'chosen' ELSE 'fleet' END AS scope,
  unix_timestamp(started_at) > unix_timestamp(current_timestamp) + 600 AS in_future
FROM landed_scans
