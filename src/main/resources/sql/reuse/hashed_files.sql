-- The files whose tensors finished scans of a fleet have computed by the settings of now, each with the newest of these scans.
-- in:  scans, engines, ranks, tensors (views of finished scans), expected_engines (engine, comparison_group, hashed_as)
-- out: engine, rank, role, file, file_bytes, file_modified_at, file_identity, files (how many of the rank and role that scan has read),
--      hashed_at, scan_date, scan_id
-- Parameters: fleet, tool_version, since (a date as text: no scan before it is read).
-- Only ranks that were COMPLETE count, and files of which every row is there: retention may have dropped some.
WITH usable AS (
  SELECT s.scan_id, s.started_at, r.engine, r.rank
  FROM scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
  JOIN expected_engines AS x ON e.engine = x.engine AND e.comparison_group = x.comparison_group AND e.hashed_as = x.hashed_as
  JOIN ranks AS r ON e.scan_id = r.scan_id AND e.engine = r.engine AND e.source = r.source
  WHERE s.fleet = :fleet AND s.tool_version = :tool_version AND s.scan_date >= :since AND NOT s.in_future
    AND e.source = 'FILES' AND r.status = 'COMPLETE'
), computed AS (
  SELECT
    t.scan_date,
    t.scan_id,
    u.started_at,
    t.engine,
    t.rank,
    t.role,
    t.file,
    max(t.file_bytes) AS file_bytes,
    max(t.file_modified_at) AS file_modified_at,
    max(t.file_identity) AS file_identity,
    min(t.hashed_at) AS hashed_at,
    count(*) AS found,
    greatest(1, max(t.file_tensors)) AS listed
  FROM tensors AS t
  JOIN usable AS u ON t.scan_id = u.scan_id AND t.engine = u.engine AND t.rank = u.rank
  WHERE t.source = 'FILES' AND t.evidence = 'COMPUTED' AND t.file_identity IS NOT NULL AND t.scan_date >= :since
  GROUP BY t.scan_date, t.scan_id, u.started_at, t.engine, t.rank, t.role, t.file
), ordered AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY scan_id, engine, rank, role) AS files,
    row_number() OVER (PARTITION BY engine, rank, role, file ORDER BY started_at DESC, scan_id DESC) AS age
  FROM computed
)
SELECT engine, rank, role, file, file_bytes, file_modified_at, file_identity, files, hashed_at, scan_date, scan_id
FROM ordered
WHERE age = 1 AND found = listed
