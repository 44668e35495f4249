-- One row per thing that is wrong, or that nobody could check.
-- in:  ranks, engines (the tables), expected_engines (engine, comparison_group, storage), problems (engine, kind, severity, detail, path: what listing the files found)
-- out: the columns of the table findings
-- Nobody is blamed: copies that differ are one finding of their comparison group, which names all camps.
WITH copies AS (
  SELECT e.comparison_group, r.rank, r.checksum, sort_array(collect_list(r.engine)) AS engines
  FROM ranks AS r
  JOIN engines AS e ON r.engine = e.engine
  WHERE r.status = 'COMPLETE'
  GROUP BY e.comparison_group, r.rank, r.checksum
), camps AS (
  SELECT
    comparison_group,
    rank,
    sort_array(collect_list(struct(
      -size(engines) AS order,
      array_min(engines) AS first_engine,
      size(engines) AS votes,
      concat(checksum, ' in ', array_join(slice(engines, 1, 10), ', '),
        CASE WHEN size(engines) > 10 THEN concat(' and ', size(engines) - 10, ' more') ELSE '' END) AS text
    ))) AS camps
  FROM copies
  GROUP BY comparison_group, rank
  HAVING count(*) > 1
), group_sizes AS (
  SELECT comparison_group, count(*) AS members, count(DISTINCT storage) AS copies, max(engine) AS engine
  FROM expected_engines
  GROUP BY comparison_group
)
SELECT
  engine,
  rank,
  CAST(NULL AS STRING) AS role,
  CAST(NULL AS STRING) AS tensor,
  CASE status WHEN 'MISSING' THEN 'MISSING_RANK' WHEN 'DUPLICATE' THEN 'DUPLICATE_RANK' ELSE 'UNREADABLE' END AS kind,
  'error' AS severity,
  'COMPLETE' AS expected,
  status AS actual,
  CAST(NULL AS STRING) AS votes,
  CAST(NULL AS STRING) AS cause,
  CAST(NULL AS STRING) AS location,
  reason AS detail
FROM ranks
WHERE status <> 'COMPLETE'
UNION ALL
SELECT
  NULL, rank, NULL, NULL, 'SPLIT', 'error', 'one checksum', concat(size(camps), ' checksums'),
  array_join(transform(camps, c -> CAST(c.votes AS STRING)), ' : '), NULL, comparison_group,
  array_join(transform(camps, c -> c.text), '; ')
FROM camps
UNION ALL
SELECT
  CASE WHEN members = 1 THEN engine END, NULL, NULL, NULL, 'UNVERIFIED', 'warning', 'another copy to compare with', 'none',
  NULL, NULL, comparison_group,
  CASE WHEN members = 1 THEN 'the only engine of its comparison group: compared with nothing'
    ELSE concat('all ', members, ' engines of ', comparison_group, ' read the same files: compared with nothing') END
FROM group_sizes
WHERE copies = 1
UNION ALL
SELECT engine, NULL, NULL, NULL, kind, severity, NULL, NULL, NULL, NULL, path, detail
FROM problems
