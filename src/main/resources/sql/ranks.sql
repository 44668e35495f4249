-- One row per expected rank of an engine: its tensors merged in order of their names' UTF-8 bytes.
-- in:  tensors (the table), expected_ranks (engine, rank, tp_rank, tp_size, pp_rank, pp_size, dp_rank, dp_size,
--      state, reason, files, digest)
-- out: the columns of the table ranks
-- A rank is COMPLETE only if all of its files were read, each gave as many tensors as its header lists, and no two
-- tensors have one name; only then it has a checksum.
WITH entries AS (
  SELECT
    t.engine,
    t.rank,
    t.key,
    t.status,
    t.bytes,
    t.file_tensors,
    CASE WHEN t.status = 'UNREADABLE' THEN t.reason END AS fault,
    CASE WHEN t.status = 'HASHED' THEN
      struct(t.key, CASE WHEN e.digest = 'sha256' THEN t.sha256 ELSE t.checksum END AS checksum)
    END AS entry,
    -- SGLang hashes the dequantized weight of a block-quantized pair, under the weight's name.
    CASE WHEN e.digest <> 'sha256' AND t.dtype = 'F8_E4M3' AND endswith(t.key, 'weight') THEN
      concat(t.key, '_scale_inv')
    END AS scale_key,
    struct(t.role, t.file) AS part
  FROM tensors AS t
  JOIN expected_ranks AS e ON t.engine = e.engine AND t.rank = e.rank
), files AS (
  SELECT engine, rank, part, count(key) AS found, max(file_tensors) AS listed
  FROM entries
  GROUP BY engine, rank, part
), complete_files AS (
  SELECT engine, rank, count_if(found = listed) AS files
  FROM files
  GROUP BY engine, rank
), merged AS (
  SELECT
    engine,
    rank,
    count(key) AS keys,
    size(collect_set(key)) AS distinct_keys,
    count(entry) AS tensors,
    count_if(status = 'SKIPPED' AND key IS NOT NULL) AS skipped,
    coalesce(sum(CASE WHEN status = 'HASHED' THEN bytes END), 0) AS bytes,
    min(fault) AS fault,
    count_if(entry IS NOT NULL AND entry.checksum IS NULL) AS without_checksum,
    sort_array(array_intersect(collect_set(scale_key), collect_set(key))) AS scale_keys,
    sha2(array_join(transform(sort_array(collect_list(entry)), e -> concat(e.key, e.checksum)), ''), 256) AS checksum
  FROM entries
  GROUP BY engine, rank
), judged AS (
  SELECT
    e.*,
    CASE
      WHEN e.state <> 'FOUND' THEN e.state
      WHEN m.keys IS NULL OR m.fault IS NOT NULL OR f.files <> e.files OR m.keys <> m.distinct_keys
        OR m.without_checksum > 0 OR size(m.scale_keys) > 0 THEN 'UNREADABLE'
      ELSE 'COMPLETE'
    END AS status,
    m.checksum,
    m.tensors,
    m.skipped,
    m.bytes,
    CASE
      WHEN e.state <> 'FOUND' THEN e.reason
      WHEN m.fault IS NOT NULL THEN m.fault
      WHEN m.keys IS NULL OR f.files <> e.files THEN
        concat('expected all tensors of ', e.files, ' files, found those of ', coalesce(f.files, 0))
      WHEN m.keys <> m.distinct_keys THEN
        concat('two tensors of the rank have one name: expected ', m.keys, ' names, found ', m.distinct_keys)
      WHEN m.without_checksum > 0 THEN concat(m.without_checksum, ' tensors have no checksum')
      WHEN size(m.scale_keys) > 0 THEN
        concat(size(m.scale_keys), ' block-quantized FP8 weights: the engine hashes them dequantized, which files alone',
          ' do not give yet; the first scale is ', m.scale_keys[0])
    END AS fault
  FROM expected_ranks AS e
  LEFT JOIN merged AS m ON e.engine = m.engine AND e.rank = m.rank
  LEFT JOIN complete_files AS f ON e.engine = f.engine AND e.rank = f.rank
)
SELECT
  engine,
  rank,
  tp_rank,
  tp_size,
  pp_rank,
  pp_size,
  dp_rank,
  dp_size,
  status,
  CASE WHEN status = 'COMPLETE' THEN checksum END AS checksum,
  coalesce(tensors, 0) AS tensors,
  coalesce(skipped, 0) AS skipped,
  coalesce(bytes, 0) AS bytes,
  fault AS reason
FROM judged
