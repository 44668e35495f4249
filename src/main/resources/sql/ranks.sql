-- One row per expected rank of an engine: its tensors merged in order of their names' UTF-8 bytes.
-- in:  tensors (the rows of the table that come from files), expected_ranks (engine, rank, tp_rank, tp_size, pp_rank, pp_size, dp_rank, dp_size,
--      digest, state, reason, files, storages)
-- out: the columns of the table ranks
-- A rank is COMPLETE only if all of its files were read, they gave as many tensors as their headers list, and no two
-- tensors have one name; only then it has a checksum. It is made of SHA-256 values where no others were asked for.
WITH merged AS (
  SELECT
    engine,
    rank,
    sort_array(collect_list(CASE WHEN key IS NOT NULL THEN
      struct(key, status, coalesce(checksum, sha256) AS checksum) END)) AS entries,
    collect_set(struct(role, file, file_tensors)) AS files,
    coalesce(sum(CASE WHEN status IN ('HASHED', 'PAIRED') THEN bytes END), 0) AS bytes,
    coalesce(sum(CASE WHEN status IN ('HASHED', 'PAIRED') AND evidence = 'COMPUTED' THEN bytes END), 0) AS read_bytes,
    min(hashed_at) AS hashed_at,
    count_if(status = 'SKIPPED' AND key IS NOT NULL) AS skipped,
    min(CASE WHEN status = 'UNREADABLE' THEN reason END) AS fault
  FROM tensors
  GROUP BY engine, rank
), counted AS (
  SELECT
    *,
    size(entries) AS found,
    -- In doubles, which are exact up to 2^53: a GPU does not add up integers of an array with ANSI's check.
    CAST(aggregate(files, 0D, (listed, f) -> listed + f.file_tensors) AS BIGINT) AS listed,
    filter(entries, e -> e.status = 'HASHED') AS hashed,
    transform(entries, e -> e.key) AS keys
  FROM merged
), judged AS (
  SELECT
    e.*,
    sha2(array_join(transform(hashed, h -> concat(h.key, h.checksum)), ''), 256) AS checksum,
    CAST(size(hashed) AS BIGINT) AS tensors,
    skipped,
    bytes,
    read_bytes,
    hashed_at,
    CASE
      WHEN e.state <> 'FOUND' THEN e.reason
      WHEN m.fault IS NOT NULL THEN m.fault
      WHEN m.engine IS NULL OR size(m.files) <> e.files THEN
        concat('expected all tensors of ', e.files, ' files, found those of ', coalesce(size(m.files), 0))
      WHEN found <> listed THEN concat('expected ', listed, ' tensors in ', e.files, ' files, found ', found)
      WHEN found <> size(array_distinct(keys)) THEN
        concat('two tensors of the rank have one name: expected ', found, ' names, found ', size(array_distinct(keys)))
      WHEN exists(hashed, h -> h.checksum IS NULL) THEN
        concat(size(filter(hashed, h -> h.checksum IS NULL)), ' tensors have no checksum')
    END AS fault
  FROM expected_ranks AS e
  LEFT JOIN counted AS m ON e.engine = m.engine AND e.rank = m.rank
)
SELECT
  engine,
  'FILES' AS source,
  rank,
  tp_rank,
  tp_size,
  pp_rank,
  pp_size,
  dp_rank,
  dp_size,
  digest,
  CASE WHEN state <> 'FOUND' THEN state WHEN fault IS NULL THEN 'COMPLETE' ELSE 'UNREADABLE' END AS status,
  CASE WHEN state = 'FOUND' AND fault IS NULL THEN checksum END AS checksum,
  coalesce(tensors, 0) AS tensors,
  coalesce(skipped, 0) AS skipped,
  coalesce(bytes, 0) AS bytes,
  fault AS reason,
  CAST(NULL AS STRING) AS reported,
  storages,
  coalesce(read_bytes, 0) AS read_bytes,
  hashed_at
FROM judged
