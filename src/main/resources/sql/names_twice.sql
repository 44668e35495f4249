-- The tensors that a rank has twice: why it has no checksum.
-- in:  tensors (the rows of the table that come from files), unreadable_ranks (rows of the table ranks)
-- out: engine, rank, key (the first of them by name), files (that have it, in order), more (how many other names are there twice)
WITH twice AS (
  SELECT t.engine, t.rank, t.key, sort_array(collect_set(t.file)) AS files
  FROM tensors AS t
  JOIN unreadable_ranks AS r ON t.engine = r.engine AND t.rank = r.rank
  WHERE r.reason LIKE 'two tensors of the rank have one name%' AND t.key IS NOT NULL
  GROUP BY t.engine, t.rank, t.key
  HAVING count(*) > 1
)
SELECT engine, rank, min(key) AS key, min_by(files, key) AS files, count(*) - 1 AS more
FROM twice
GROUP BY engine, rank
