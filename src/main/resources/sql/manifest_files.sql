-- One row per file of an engine, as its tensors tell.
-- in:  tensors (rows of the table that come from files)
-- out: engine, file, ranks, sha256 (of the whole file, broken or not; null: not hashed, or it has changed meanwhile), reason (why it has none),
--      host and executor (what has read it)
SELECT
  engine,
  file,
  sort_array(collect_set(rank)) AS ranks,
  CASE
    WHEN max(CASE WHEN tensor IS NULL AND status = 'UNREADABLE' AND file_sha256 IS NULL THEN 1 END) IS NULL THEN max(file_sha256)
  END AS sha256,
  min(CASE WHEN status = 'UNREADABLE' THEN reason END) AS reason,
  max(host) AS host,
  max(executor) AS executor
FROM tensors
GROUP BY engine, file
