-- One row per tensor of a rank: the sums of its chunks merged.
-- in:  chunks (file_index, tensor, dtype, shape, tensor_bytes, file_offset_bytes, file_tensors, chunk, chunks,
--              chunk_sum, chunk_sums, sha256, skipped_by, error, host, executor, gpu): a row stands for one chunk
--              or for a run of chunks, from number chunk on
--      files  (file_index, engine, rank, role, file, file_modified_at)
-- out: the columns of the table tensors
-- A file that could not be read, or holds no tensor, is one row whose tensor is null.
-- Sums wrap at 64 bits. Spark's sum throws there, so the halves are summed apart: exact for 2^31 chunks.
WITH merged AS (
  SELECT
    file_index,
    tensor,
    first(dtype) AS dtype,
    first(shape) AS shape,
    first(tensor_bytes) AS bytes,
    first(file_offset_bytes) AS file_offset_bytes,
    max(file_tensors) AS file_tensors,
    sum(chunks) AS chunks_found,
    greatest(1, ceil(first(tensor_bytes) / 1048576)) AS chunks_expected,
    sum(chunk_sum & 4294967295) AS low_sum,
    sum(shiftrightunsigned(chunk_sum, 32)) AS high_sum,
    sort_array(collect_list(struct(chunk, chunk_sums))) AS runs,
    max(sha256) AS sha256,
    max(skipped_by) AS skipped_by,
    max(error) AS error,
    collect_set(struct(host, executor, gpu)) AS places
  FROM chunks
  GROUP BY file_index, tensor
), judged AS (
  SELECT
    *,
    CASE
      WHEN error IS NOT NULL THEN 'UNREADABLE'
      WHEN tensor IS NULL OR skipped_by IS NOT NULL THEN 'SKIPPED'
      WHEN chunks_found <> chunks_expected THEN 'UNREADABLE'
      ELSE 'HASHED'
    END AS status,
    shiftleft(high_sum + shiftrightunsigned(low_sum, 32), 32) | (low_sum & 4294967295) AS tensor_sum
  FROM merged
)
SELECT
  files.engine,
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
  CASE WHEN status = 'HASHED' AND tensor_sum IS NOT NULL THEN flatten(transform(runs, r -> r.chunk_sums)) END AS chunk_sums,
  array_join(sort_array(array_distinct(transform(places, p -> p.host))), ',') AS host,
  array_join(sort_array(array_distinct(transform(places, p -> p.executor))), ',') AS executor,
  nullif(array_join(sort_array(array_distinct(transform(places, p -> p.gpu))), ','), '') AS gpu
FROM judged
JOIN files ON judged.file_index = files.file_index
