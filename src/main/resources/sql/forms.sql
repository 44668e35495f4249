-- What the checksum of a rank does not see, in one row per rank; and what was left out, in one per rank and reason.
-- in:  tensors (the rows of the table that come from one source)
-- out: engine, rank, skipped_because (null: the tensors that were hashed), tensors, bytes,
--      form (stands for names, dtypes, shapes and raw checksums), sha256_form (for SHA-256, where each tensor that is hashed
--      has it and another digest)
-- Rows are hashed one by one and the hashes added, halves apart since sums must not overflow: order does not matter.
WITH hashed AS (
  SELECT
    engine,
    rank,
    CASE WHEN status = 'SKIPPED' THEN reason END AS skipped_because,
    bytes,
    status,
    xxhash64(key, dtype, CAST(shape AS STRING), raw_checksum) AS form,
    CASE WHEN checksum IS NOT NULL AND sha256 IS NOT NULL THEN xxhash64(key, sha256) END AS sha256_form
  FROM tensors
  WHERE tensor IS NOT NULL AND status <> 'UNREADABLE'
)
SELECT
  engine,
  rank,
  skipped_because,
  count(*) AS tensors,
  sum(bytes) AS bytes,
  concat_ws(' ', count(*), sum(form & 4294967295), sum(shiftrightunsigned(form, 32))) AS form,
  CASE WHEN count(sha256_form) = count_if(status = 'HASHED') THEN
    concat_ws(' ', sum(sha256_form & 4294967295), sum(shiftrightunsigned(sha256_form, 32)))
  END AS sha256_form
FROM hashed
GROUP BY engine, rank, skipped_because
