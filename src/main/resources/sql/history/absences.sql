-- Every engine that a scan does not have, and some scan before it has: until a scan of all engines goes without it.
-- in:  history_scans (fleet, number, whole_before, is_whole, shown), engine_steps (the columns of engine_steps.sql)
-- out: the columns of engine_steps.sql, but those of what the engine holds, which are null, and the last three
-- DISAPPEARED: the scan is one of all engines. NOT_SCANNED: it is one of chosen engines, and this one was not chosen.
SELECT
  s.fleet,
  s.number,
  e.engine,
  e.source,
  e.model,
  e.revision,
  e.comparison_group,
  e.expected_ranks,
  0 AS hashed_ranks,
  CAST(NULL AS STRING) AS checksum,
  CAST(0 AS BIGINT) AS bytes,
  CASE WHEN s.is_whole THEN 'DISAPPEARED' ELSE 'NOT_SCANNED' END AS state,
  e.number AS number_before,
  e.model AS model_before,
  e.revision AS revision_before,
  array() AS changed,
  array() AS drifted_ranks,
  CAST(NULL AS STRING) AS worst,
  CASE WHEN s.is_whole THEN array() ELSE e.off_ranks END AS off_ranks,
  CASE WHEN NOT s.is_whole THEN e.off_since END AS off_since,
  e.first_seen,
  e.last_right
FROM engine_steps AS e
JOIN history_scans AS s ON e.fleet = s.fleet AND e.whole_until = s.whole_before
WHERE s.shown AND s.number > e.number AND s.number < coalesce(e.number_after, s.number + 1)
