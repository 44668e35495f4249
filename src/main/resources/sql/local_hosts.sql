-- The hosts that have read local files, by rank. A path without a host means another disk on each of them.
-- in:  tensors (the rows of the table that come from files)
-- out: engine, rank, hosts (each once, in order)
SELECT
  engine,
  rank,
  sort_array(array_distinct(flatten(collect_set(split(host, ','))))) AS hosts
FROM tensors
WHERE file LIKE 'file:%' AND host IS NOT NULL
GROUP BY engine, rank
