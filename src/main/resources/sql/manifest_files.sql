-- One row per file of an engine, as its tensors tell.
-- in:  tensors (rows of the table that come from files)
-- out: engine, file, ranks, sha256 (of the whole file), reason (why it has none)
SELECT
  engine,
  file,
  sort_array(collect_set(rank)) AS ranks,
  CASE WHEN max(CASE WHEN tensor IS NULL AND status = 'UNREADABLE' THEN 1 END) IS NULL THEN max(file_sha256) END AS sha256,
  min(CASE WHEN status = 'UNREADABLE' THEN reason END) AS reason
FROM tensors
GROUP BY engine, file
