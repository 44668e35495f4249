-- Files that were read through the page cache, by engine.
-- in: tensors (those of files)
-- out: engine, files (how many), hosts, directories
SELECT
  engine,
  count(DISTINCT file) AS files,
  array_distinct(flatten(collect_list(split(host, ',')))) AS hosts,
  collect_set(substring(file, 1, length(file) - length(substring_index(file, '/', -1)) - 1)) AS directories
FROM tensors
WHERE read_through LIKE '%CACHE%'
GROUP BY engine
