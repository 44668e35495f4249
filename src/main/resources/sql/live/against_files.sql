-- Running engines against their own files: how many tensors of each rank are what, and the first of those: 10,000 where they have a finding.
-- in:  live_compared (the columns of compared.sql)
-- out: engine, rank, what, tensors, first (array of key, role, tensor, expected, actual, file, file_rank)
SELECT
  engine,
  rank,
  what,
  count(*) AS tensors,
  slice(sort_array(collect_list(struct(key, role, tensor, expected, actual, file, file_rank))), 1,
    CASE WHEN what IN ('DIFFERS', 'ENGINE_ONLY') THEN 10000 ELSE 17 END) AS first
FROM live_compared
GROUP BY engine, rank, what
