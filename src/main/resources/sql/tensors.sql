-- One row per tensor of a rank, as its files have it.
-- in:  merged (the columns of merged.sql), files (file_index, engine, rank, role, file, file_modified_at)
-- out: the columns of the table tensors
-- A file that could not be read, or holds no tensor, is one row whose tensor is null.
WITH judged AS (
  SELECT
    *,
    greatest(1, ceil(bytes / 1048576)) AS chunks_expected,
    CASE
      WHEN error IS NOT NULL THEN 'UNREADABLE'
      WHEN tensor IS NULL OR skipped_by IS NOT NULL THEN 'SKIPPED'
      WHEN coalesce(chunks_found, 0) <> greatest(1, ceil(bytes / 1048576)) THEN 'UNREADABLE'
      ELSE 'HASHED'
    END AS status
  FROM merged
)
SELECT
  files.engine,
  'FILES' AS source,
  files.rank,
  files.role,
  tensor,
  CASE WHEN files.role = 'target' THEN tensor ELSE concat(files.role, '.', tensor) END AS key,
  dtype,
  shape,
  bytes,
  files.file,
  file_tensors,
  file_offset_bytes,
  files.file_modified_at,
  status,
  CASE
    WHEN error IS NOT NULL THEN error
    WHEN skipped_by IS NOT NULL THEN concat('name contains ', skipped_by)
    WHEN tensor IS NULL THEN 'the file holds no tensors'
    WHEN status = 'UNREADABLE' THEN
      concat('Cannot read ', files.file, ': expected ', chunks_expected, ' chunks of ', tensor, ', found ', chunks_found)
  END AS reason,
  CASE WHEN status = 'HASHED' THEN sglang_checksum(tensor_sum) END AS checksum,
  CASE WHEN status = 'HASHED' THEN sha256 END AS sha256,
  CASE WHEN status = 'HASHED' AND tensor_sum IS NOT NULL THEN chunk_sums END AS chunk_sums,
  host,
  executor,
  gpu
FROM judged
JOIN files ON judged.file_index = files.file_index
