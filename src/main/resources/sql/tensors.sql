-- One row per tensor of a rank, as its files have it.
-- in:  merged (the columns of merged.sql), files (file_index, engine, rank, role, file, file_modified_at, file_bytes, file_identity, hashed_at)
-- out: the columns of the table tensors
-- A file that could not be read, or holds no tensor, is one row whose tensor is null.
-- tensor and key are the engine's name; where the file has another, that is name_in_file, and reason says why.
-- Of a block-quantized pair, checksum, sha256 are of the dequantized weight; dtype, shape, bytes, chunk_sums and
-- raw_checksum are of what the file has. The scale is PAIRED: its value is in the weight's.
WITH judged AS (
  SELECT
    *,
    coalesce(engine_name, tensor) AS name,
    greatest(1, ceil(bytes / 1048576)) AS chunks_expected,
    CASE
      WHEN error IS NOT NULL THEN 'UNREADABLE'
      WHEN tensor IS NULL OR skipped_by IS NOT NULL THEN 'SKIPPED'
      WHEN coalesce(chunks_found, 0) <> greatest(1, ceil(bytes / 1048576)) THEN 'UNREADABLE'
      WHEN fp8 = 'scale' THEN 'PAIRED'
      WHEN fp8 <> 'weight' THEN 'UNREADABLE'
      ELSE 'HASHED'
    END AS status,
    error IS NULL AND chunks_found = greatest(1, ceil(bytes / 1048576)) AS complete
  FROM merged
)
SELECT
  files.engine,
  'FILES' AS source,
  files.rank,
  files.role,
  name AS tensor,
  CASE WHEN files.role = 'target' THEN name ELSE concat(files.role, '.', name) END AS key,
  CASE WHEN engine_name IS NOT NULL THEN tensor END AS name_in_file,
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
    WHEN status = 'PAIRED' THEN concat_ws('; ', 'hashed with its weight, dequantized', name_reason)
    WHEN complete AND status = 'UNREADABLE' THEN fp8
    WHEN status = 'UNREADABLE' THEN
      concat('Cannot read ', files.file, ': expected ', chunks_expected, ' chunks of ', tensor, ', found ', chunks_found)
    ELSE name_reason
  END AS reason,
  sglang_checksum(CASE WHEN status = 'HASHED' THEN CASE WHEN fp8 IS NULL THEN tensor_sum ELSE fp8_sum END END) AS checksum,
  CASE WHEN status = 'HASHED' THEN CASE WHEN fp8 IS NULL THEN sha256 ELSE fp8_sha256 END END AS sha256,
  CASE WHEN complete AND fp8 IS NOT NULL THEN coalesce(sglang_checksum(tensor_sum), sha256) END AS raw_checksum,
  CASE WHEN complete AND tensor_sum IS NOT NULL THEN chunk_sums END AS chunk_sums,
  host,
  executor,
  gpu,
  read_through,
  files.file_bytes,
  files.file_identity,
  'COMPUTED' AS evidence,
  files.hashed_at,
  file_sha256
FROM judged
JOIN files ON judged.file_index = files.file_index
