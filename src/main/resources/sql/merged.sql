-- One row per tensor of files that several tasks have read: the sums of its chunks merged.
-- in:  runs (file_index, tensor, dtype, shape, tensor_bytes, file_offset_bytes, file_tensors, chunk, chunks,
--            chunk_sum, chunk_sums, sha256, engine_name, name_reason, fp8, fp8_sum, fp8_sha256, skipped_by,
--            error, file_sha256, read_through, host, executor, gpu; a row stands for one chunk
--            or for a run of chunks, from number chunk on)
-- out: file_index, tensor, dtype, shape, bytes, file_offset_bytes, file_tensors, chunks_found, tensor_sum, chunk_sums,
--      sha256, engine_name (null: that of the file), name_reason,
--      fp8 (null: of no block-quantized pair; weight, scale, or why a weight has no checksum), fp8_sum, fp8_sha256,
--      skipped_by, error, file_sha256 (in the row of the file's last tensor), and how and where it was hashed, all places: read_through, host, executor, gpu
-- Sums wrap at 64 bits. Spark's sum throws there, so the halves are summed apart: exact for 2^31 chunks.
WITH summed AS (
  SELECT
    file_index,
    tensor,
    first(dtype) AS dtype,
    first(shape) AS shape,
    first(tensor_bytes) AS bytes,
    first(file_offset_bytes) AS file_offset_bytes,
    max(file_tensors) AS file_tensors,
    sum(chunks) AS chunks_found,
    sum(chunk_sum & 4294967295) AS low_sum,
    sum(shiftrightunsigned(chunk_sum, 32)) AS high_sum,
    sort_array(collect_list(struct(chunk, chunk_sums))) AS runs,
    max(sha256) AS sha256,
    first(engine_name) AS engine_name,
    first(name_reason) AS name_reason,
    -- Lower case comes last: any run that has no checksum of a weight says why.
    min(fp8) AS fp8,
    sum(fp8_sum & 4294967295) AS low_fp8_sum,
    sum(shiftrightunsigned(fp8_sum, 32)) AS high_fp8_sum,
    max(fp8_sha256) AS fp8_sha256,
    max(skipped_by) AS skipped_by,
    max(error) AS error,
    max(file_sha256) AS file_sha256,
    array_join(sort_array(collect_set(read_through)), ',') AS read_through,
    array_join(sort_array(collect_set(host)), ',') AS host,
    array_join(sort_array(collect_set(executor)), ',') AS executor,
    array_join(sort_array(collect_set(gpu)), ',') AS gpu
  FROM runs
  GROUP BY file_index, tensor
)
SELECT
  file_index,
  tensor,
  dtype,
  shape,
  bytes,
  file_offset_bytes,
  file_tensors,
  chunks_found,
  shiftleft(high_sum + shiftrightunsigned(low_sum, 32), 32) | (low_sum & 4294967295) AS tensor_sum,
  flatten(transform(runs, r -> r.chunk_sums)) AS chunk_sums,
  sha256,
  engine_name,
  name_reason,
  fp8,
  shiftleft(high_fp8_sum + shiftrightunsigned(low_fp8_sum, 32), 32) | (low_fp8_sum & 4294967295) AS fp8_sum,
  fp8_sha256,
  skipped_by,
  error,
  file_sha256,
  nullif(read_through, '') AS read_through,
  host,
  executor,
  nullif(gpu, '') AS gpu
FROM summed
