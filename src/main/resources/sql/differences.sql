-- One row per rank at which copies differ: which tensors, and how many.
-- in:  tensors, ranks, engines (the tables)
-- out: comparison_group, rank, tensors (how many differ), first_tensors (up to 3 names)
WITH copies AS (
  SELECT e.comparison_group, r.engine, r.rank, r.checksum
  FROM ranks AS r
  JOIN engines AS e ON r.engine = e.engine
  WHERE r.status = 'COMPLETE'
), different AS (
  SELECT comparison_group, rank, count(*) AS copies
  FROM copies
  GROUP BY comparison_group, rank
  HAVING count(DISTINCT checksum) > 1
), tensors_by_copy AS (
  SELECT d.comparison_group, d.rank, t.key, d.copies,
    concat_ws(' ', t.dtype, array_join(t.shape, ','), coalesce(t.checksum, ''), coalesce(t.sha256, '')) AS content
  FROM different AS d
  JOIN copies AS c ON d.comparison_group = c.comparison_group AND d.rank = c.rank
  JOIN tensors AS t ON c.engine = t.engine AND c.rank = t.rank
  WHERE t.status = 'HASHED'
), differing_tensors AS (
  SELECT comparison_group, rank, key
  FROM tensors_by_copy
  GROUP BY comparison_group, rank, key, copies
  HAVING count(DISTINCT content) > 1 OR count(*) <> copies
)
SELECT
  comparison_group,
  rank,
  count(*) AS tensors,
  slice(sort_array(collect_list(key)), 1, 3) AS first_tensors
FROM differing_tensors
GROUP BY comparison_group, rank
