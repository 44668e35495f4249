-- One row per engine: its ranks merged in order of rank.
-- in:  ranks (the rows of the table that come from files), expected_engines (engine, model, revision, comparison_group, digest, expected_ranks, host, hashing, hashed_as, storages)
-- out: the columns of the table engines
-- There is a checksum only where every expected rank has one: a part is never passed off as the whole.
WITH merged AS (
  SELECT
    engine,
    count_if(status = 'COMPLETE') AS hashed_ranks,
    count_if(status = 'MISSING') AS missing_ranks,
    sum(bytes) AS bytes,
    sum(read_bytes) AS read_bytes,
    min(hashed_at) AS hashed_at,
    sha2(array_join(transform(sort_array(collect_list(struct(rank, checksum))), r -> r.checksum), ''), 256) AS checksum
  FROM ranks
  GROUP BY engine
)
SELECT /*+ BROADCAST(m) */
  e.engine,
  'FILES' AS source,
  e.model,
  e.revision,
  e.comparison_group,
  e.digest,
  e.expected_ranks,
  CAST(m.hashed_ranks AS INT) AS hashed_ranks,
  CAST(m.missing_ranks AS INT) AS missing_ranks,
  CASE WHEN m.hashed_ranks = e.expected_ranks THEN 'COMPLETE' ELSE 'INCOMPLETE' END AS status,
  CASE WHEN m.hashed_ranks = e.expected_ranks THEN m.checksum END AS checksum,
  m.bytes,
  CAST(NULL AS STRING) AS reported,
  e.host,
  CAST(NULL AS STRING) AS engine_version,
  CAST(NULL AS TIMESTAMP) AS fetched_at,
  CAST(NULL AS STRING) AS other_fields,
  e.hashing,
  e.storages,
  m.read_bytes,
  m.hashed_at,
  e.hashed_as
FROM expected_engines AS e
JOIN merged AS m ON e.engine = m.engine
